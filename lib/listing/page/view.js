/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is looked at, and its way into the fragment of the address and back:
 * #sort=-due&filter=berlin&state=critical&show=2&compare=asked&policy=scs&days=30
 */
const view = {
	sort: "urgency", down: false, filter: "", state: "",
	show: 0, compare: "none", /* "none", "asked", or the number of a forecast */
	ask: { policy: "autoenroll", days: 42, num: 1, den: 3, lifetime: 0 },
};
const DAYS_MAX = 36500;

function readAsk(words) {
	const policy = words.get("policy");
	const ask = { policy: policy in POLICIES ? policy : "autoenroll", num: 1, den: 3, lifetime: 0 };
	const days = (word, other) => /^\d{1,5}$/.test(words.get(word) || "") ?
		Math.min(DAYS_MAX, Number(words.get(word))) : other;
	ask.days = days("days", POLICIES[ask.policy].days || 0);
	ask.lifetime = days("lifetime", 0);
	return Object.assign(ask, readShare(words.get("share") || "") || {});
}
function readFragment() {
	const words = new URLSearchParams(location.hash.slice(1));
	const sort = words.get("sort") || "urgency";
	const index = (word) => {
		const text = words.get(word) || "";
		return /^\d{1,3}$/.test(text) && Number(text) < data.forecasts.length ? Number(text) : -1;
	};
	view.down = sort.startsWith("-");
	view.sort = sort.replace(/^-/, "");
	if (!SORTS.some((s) => s.key === view.sort))
		view.sort = "urgency";
	view.filter = words.get("filter") || "";
	view.state = STATES.includes(words.get("state")) ? words.get("state") : "";
	view.show = Math.max(0, index("show"));
	view.compare = index("compare");
	if (!words.has("compare"))
		view.compare = data.forecasts.findIndex((f) => f.kind === "what-if");
	if (words.get("compare") === "asked")
		view.compare = "asked";
	else if (view.compare < 0)
		view.compare = "none";
	view.ask = readAsk(words);
}
function writeFragment() {
	const words = new URLSearchParams();
	if (view.sort !== "urgency" || view.down)
		words.set("sort", (view.down ? "-" : "") + view.sort);
	for (const key of ["filter", "state"])
		if (view[key] !== "")
			words.set(key, view[key]);
	if (view.show !== 0)
		words.set("show", view.show);
	words.set("compare", view.compare);
	if (view.compare === "asked") {
		words.set("policy", view.ask.policy);
		if (view.ask.policy === "fraction")
			words.set("share", view.ask.num + "/" + view.ask.den);
		else
			words.set("days", view.ask.days);
		if (view.ask.lifetime > 0)
			words.set("lifetime", view.ask.lifetime);
	}
	history.replaceState(null, "", "#" + words);
}
