// Package ics puts bookings and sessions into people's own calendars (A8), as iCalendar (RFC 5545).
//
// [Invite] is a booking's invitation, to go with a mail: a request, then updates of it, then its cancellation, of
// the same UID and with a rising SEQUENCE (RFC 5546). Package mail does that by itself.
//
// [Diary] and [Practice] are feeds that a calendar program subscribes to: what a clinician is booked into, wherever
// that is, and a practice's sessions. Each is an http.Handler to mount at an address that ends in a secret:
//
//	tokens := ics.SignedTokens{Keys: keys, Generation: generation}
//	diary, err := ics.Diary(theDesk, ics.Options{Tokens: tokens, Practices: directory})
//	mux.Handle("/diary/{token}", diary)
//	…
//	token, err := tokens.Issue(ctx, session.Clinician(person, clinician))
//	address := "https://shifts.example.org/diary/" + token + ".ics"
//
// # The secret
//
// Whoever has the address can read the feed: calendar programs bring neither password nor cookie. [Tokens] says whose
// feed it is, and is asked at every request, so that one which was revoked ends at once. [SignedTokens] needs no
// table of them: it signs the owner together with a number that the host keeps for them and counts up to revoke. Do
// that also when somebody leaves a practice or a clinician's account ends, unless your Tokens looks into it. The
// handlers never log an address, and answer 404 to what they don't know, whatever is wrong with it. Your own access log
// should leave the path out.
//
// # What is in it
//
// All times are instants in UTC, and no entry repeats: so a clock change can't move one, and no calendar program has to
// believe our description of a time zone. It shows each in its user's zone; the description says it by the
// practice's clock as well (T1). Texts that people wrote are made fit by notify.Plain, and escaped (N6).
//
// An entry's DTSTAMP and LAST-MODIFIED are the latest instant at which the booking is known to have changed, not the
// time of the request: the same entries make the same bytes, and an unchanged feed is answered with 304 Not Modified.
// For a change of terms that was settled that instant is not kept; its SEQUENCE, the booking's version, has risen.
//
// A feed reaches from three months back to eighteen months ahead, unless told otherwise. What was cancelled
// stays in it for a while as CANCELLED, because some calendar programs keep what just disappears.
package ics
