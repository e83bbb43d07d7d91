// SPDX-License-Identifier: BSD-2-Clause
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cmp.CMPCertificate;
import org.bouncycastle.asn1.cmp.CertOrEncCert;
import org.bouncycastle.asn1.cmp.CertRepMessage;
import org.bouncycastle.asn1.cmp.CertResponse;
import org.bouncycastle.asn1.cmp.CertifiedKeyPair;
import org.bouncycastle.asn1.cmp.ErrorMsgContent;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.cmp.PKIConfirmContent;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIHeader;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.PKMACBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcePKMACValuesCalculator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * A CA that speaks CMP with Bouncy Castle, so that a client is not only tested with the
 * library it is made of. Knows p10cr and certConf under a shared secret, and refuses all else.
 *
 * usage: CmpServer CA.der KEY.der REFERENCE SECRET-FILE (PKCS#8, EC); prints its port.
 */
public final class CmpServer {
    private static final Duration LIFETIME = Duration.ofDays(365);

    private final X509CertificateHolder ca;
    private final PrivateKey key;
    private final byte[] reference;
    private final char[] secret;
    private final SecureRandom random = new SecureRandom();

    private CmpServer(String[] args) throws Exception {
        ca = new X509CertificateHolder(Files.readAllBytes(Path.of(args[0])));
        key = KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(args[1]))));
        reference = args[2].getBytes(StandardCharsets.UTF_8);
        secret = Files.readString(Path.of(args[3])).trim().toCharArray();
    }

    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        CmpServer cmp = new CmpServer(args);
        HttpServer http = HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/", cmp::serve);
        http.start();
        System.out.println("listening " + http.getAddress().getPort());
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] answer = answer(exchange.getRequestBody().readAllBytes());
            exchange.getResponseHeaders().add("Content-Type", "application/pkixcmp");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (Exception e) {
            System.out.println("failed: " + e);
            exchange.sendResponseHeaders(500, -1);
        }
    }

    private PKMACBuilder mac() throws Exception {
        return new PKMACBuilder(new JcePKMACValuesCalculator());
    }

    private byte[] answer(byte[] request) throws Exception {
        GeneralPKIMessage message = new GeneralPKIMessage(request);
        PKIHeader header = message.getHeader();
        boolean isOurs = message.hasProtection()
            && new ProtectedPKIMessage(message).verify(mac(), secret);
        PKIBody body = isOurs ? decide(message.getBody()) : refuse(PKIFailureInfo.badMessageCheck);
        byte[] nonce = new byte[16];

        System.out.println("type " + message.getBody().getType() + " -> " + body.getType());
        random.nextBytes(nonce);
        return new ProtectedPKIMessageBuilder(new GeneralName(ca.getSubject()), header.getSender())
            .setMessageTime(new Date())
            .setTransactionID(header.getTransactionID().getOctets())
            .setSenderNonce(nonce)
            .setRecipNonce(header.getSenderNonce().getOctets())
            .setSenderKID(reference)
            .addCMPCertificate(ca)
            .setBody(body)
            .build(mac().build(secret))
            .toASN1Structure()
            .getEncoded();
    }

    private PKIBody decide(PKIBody body) throws Exception {
        switch (body.getType()) {
        case PKIBody.TYPE_P10_CERT_REQ:
            return issue(new PKCS10CertificationRequest(
                CertificationRequest.getInstance(body.getContent())));
        case PKIBody.TYPE_CERT_CONFIRM:
            return new PKIBody(PKIBody.TYPE_CONFIRM, new PKIConfirmContent());
        default:
            return refuse(PKIFailureInfo.badRequest);
        }
    }

    private PKIBody refuse(int reason) {
        return new PKIBody(PKIBody.TYPE_ERROR, new ErrorMsgContent(new PKIStatusInfo(
            PKIStatus.rejection, new PKIFreeText("not by this server"), new PKIFailureInfo(reason))));
    }

    private PKIBody issue(PKCS10CertificationRequest request) throws Exception {
        if (!request.isSignatureValid(
                new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo())))
            return refuse(PKIFailureInfo.badPOP);
        Instant begin = Instant.now().minus(Duration.ofHours(1));
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(ca.getSubject(),
            new BigInteger(64, random), Date.from(begin), Date.from(begin.plus(LIFETIME)),
            request.getSubject(), request.getSubjectPublicKeyInfo());
        Extensions wanted = request.getRequestedExtensions();
        for (ASN1ObjectIdentifier oid : wanted.getExtensionOIDs())
            builder.addExtension(wanted.getExtension(oid));
        ASN1Encodable issued = builder.build(
            new JcaContentSignerBuilder("SHA384withECDSA").build(key)).toASN1Structure();
        CertifiedKeyPair pair = new CertifiedKeyPair(new CertOrEncCert(
            new CMPCertificate((org.bouncycastle.asn1.x509.Certificate) issued)));
        return new PKIBody(PKIBody.TYPE_CERT_REP, new CertRepMessage(null, new CertResponse[] {
            new CertResponse(new ASN1Integer(0), new PKIStatusInfo(PKIStatus.granted), pair, null) }));
    }
}
