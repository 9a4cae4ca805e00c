// Package withdrawal answers, for both sides of a booking, "may I get out of it, and at what price": the policy,
// the assessment that a screen shows before the act, the act itself, the support case that is the way forward where
// one can't act alone, and the short-notice fee.
package withdrawal
