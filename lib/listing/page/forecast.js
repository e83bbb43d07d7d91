/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forecasts: those that were written, and one that is asked for here. The arithmetic
 * is that of lib/policy/policy.c, in whole seconds.
 */
const POLICIES = {
	autoenroll: { days: 42, window: (L, ask) => Math.min(ask.days * DAY, Math.floor(L / 5)) },
	configmgr: { days: 42, window: (L, ask) => ask.days * DAY },
	scs: { days: 30, window: (L, ask) => ask.days * DAY },
	/* In parts, which are exact. */
	fraction: { window: (L, ask) => Math.floor(L / ask.den) * ask.num +
		Math.floor(L % ask.den * ask.num / ask.den) },
};

/* "1/3" in its parts; null for what is none. */
function readShare(text) {
	const parts = /^\s*(\d{1,7})\s*\/\s*(\d{1,7})\s*$/.exec(text);
	if (parts === null)
		return null;
	const num = Number(parts[1]), den = Number(parts[2]);
	return num > 0 && num <= den ? { num: num, den: den } : null;
}

function nameOfAsk(ask) {
	const when = ask.policy === "fraction" ? ask.num + "/" + ask.den + " of the lifetime" :
		count(ask.days, "day", "days");
	return ask.policy + ", " + when +
		(ask.lifetime > 0 ? ", lifetimes of " + count(ask.lifetime, "day", "days") : "");
}

/* data.leaves: notBefore and notAfter in turn; null for one that is due at once. */
function askForecast(ask) {
	const forecast = { kind: "asked", name: nameOfAsk(ask), certificates: data.leaves.length / 2,
		overdue: 0, beyond: 0, days: new Array(data.forecasts[0].days.length).fill(0) };
	for (let i = 0; i < data.leaves.length; i += 2) {
		let end = data.leaves[i + 1];
		if (end === null) {
			forecast.overdue++;
			continue;
		}
		let lifetime = Math.max(0, end - data.leaves[i]);
		if (ask.lifetime > 0) {
			lifetime = ask.lifetime * DAY;
			end = data.leaves[i] + lifetime;
		}
		const due = end - POLICIES[ask.policy].window(lifetime, ask);
		const day = Math.floor((due - data.first_day_at) / DAY);
		if (day < 0)
			forecast.overdue++;
		else if (day >= forecast.days.length)
			forecast.beyond++;
		else
			forecast.days[day]++;
	}
	return forecast;
}

const within = (forecast, n) => forecast.days.slice(0, n).reduce((a, b) => a + b, forecast.overdue);

/* The day with the most; null when no day has any. */
function busiest(forecast) {
	const most = Math.max(...forecast.days);
	return most === 0 ? null : { n: most, at: data.first_day_at + forecast.days.indexOf(most) * DAY };
}
