/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of the page: when, how many in which state, and a few facts.
 */
const STATE_WORDS = { critical: "critical", warning: "warning", unknown: "unknown", ok: "fine" };

function showAge() {
	const days = Math.floor((Date.now() / 1000 - data.generated_at) / DAY);
	at("old").hidden = days < 2;
	at("old").textContent = "This page is " + count(days, "day", "days") + " old.";
}
function showTiles() {
	for (const state of BY_URGENCY) {
		const tile = make("button", { class: "tile " + state, type: "button", id: "tile-" + state });
		tile.append(make("b", {}, number(data.counts[state])), make("span", {}, STATE_WORDS[state]));
		tile.addEventListener("click", () => {
			view.state = view.state === state ? "" : state;
			refresh();
		});
		at("tiles").append(tile);
	}
}
function showFacts() {
	const stored = data.forecasts[0], peak = busiest(stored), counts = data.counts;
	const facts = [
		["Certificates to renew", number(stored.certificates)],
		["Overdue", number(stored.overdue)],
		["Due within 30 days", number(within(stored, 30))],
		["Busiest day", peak === null ? NONE : date(peak.at) + ", " + number(peak.n)],
		["Next end", date(data.next_end_at)],
		["Expired", number(counts.expired)],
		["Likely to miss their window", number(counts.will_miss)],
		["Without a known certificate", number(counts.without_certificate)],
		["Last scan", data.scan_finished_at === null ? "never" : moment(data.scan_finished_at)],
	];
	for (const [term, value] of facts) {
		const div = make("div", {});
		div.append(make("dt", {}, term), make("dd", {}, value));
		at("facts").append(div);
	}
}
function showHead() {
	at("about").textContent = moment(data.generated_at) +
		(data.group === undefined ? "" : ", group " + data.group) + ", " +
		count(rows.length, "device", "devices");
	showAge();
	showTiles();
	showFacts();
	at("foot").textContent = "amtcert " + data.version + ". States are those of " +
		moment(data.generated_at) + "; days are those of UTC. This page needs no network.";
}
