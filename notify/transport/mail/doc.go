// Package mail sends messages by SMTP (RFC 5321): a [Sender] is a notify.Notifier for notify.Email.
//
//	sender, err := mail.New(mail.Options{
//		Host: "smtp.example.org", From: "Sessions <sessions@example.org>",
//		Auth: mail.Auth{Username: "sessions", Password: secret},
//		Unsubscribe: unsubscribe,
//	})
//	…
//	defer sender.Close()
//
// A mail has the text and its HTML as alternatives. Its Message-ID follows from the delivery's key, so that every
// attempt of one delivery is the same mail to whoever compares (N5). A booking's mail carries an iCalendar invitation,
// as an alternative that mail programs enter by themselves and as a file (A8, package ics); the organiser is the
// sender, who therefore gets the answers that some calendar programs send unasked. Everything that people wrote is one
// line in a header, encoded (N6).
//
// # What becomes of a mail
//
// The server has taken a mail over when it has answered the final dot with yes. What else can happen is told as an
// [*Error], in the three ways that a notify.Notifier knows:
//
//   - It wraps notify.ErrUnknown where the final dot was sent and the answer never came: the mail may or may not be on
//     its way. Nothing else is unknown. A connection that breaks while the mail is written did not deliver it.
//   - It wraps notify.ErrPermanent where the address is none, or the server has said 5xx to the recipient or to the
//     mail as such: no such user or domain (5.1.x, but for the two about the sender), a mailbox that is closed, takes
//     no such mail or leads nowhere (5.2.1, 5.2.3, 5.2.4), a mail that is too large or of a kind that it does not take
//     (5.3.4, 5.6.x), or a plain 521, 550 to 554 or 556 without such a code.
//   - Anything else is tried again: no connection, no TLS, a refused login, every 4xx, and the 5xx that are about us
//     and not about them: to the greeting, to MAIL FROM and to DATA, and of the kinds sender (5.1.7 and 5.1.8, which
//     many servers say to the recipient), policy and relaying (5.7.x), routing (5.4.x), a full mailbox (5.2.2), a wrong
//     command. Those are for the host's operator to mend, and until then no message that can't be turned off should be
//     given up at the first attempt; the dispatcher gives up visibly in the end.
//
// A server that takes a mail and can't deliver it later sends a bounce to From, which is for the host to read.
//
// # Connections
//
// A few connections are kept while there is something to send. A connection that the server has closed meanwhile is
// noticed at its next MAIL FROM, before anything is sent, and replaced without counting as an attempt.
// After a failure a connection is closed without QUIT: a QUIT in the middle of a mail would end it properly, and
// deliver half of it.
//
// TLS is mandatory unless told otherwise, and a password is never sent without it.
//
// # Unsubscribing
//
// Where a message can be turned off (N2), the mail says how (RFC 2369, RFC 8058): [Unsubscribe] makes the links and
// is the http.Handler behind them. A mail program's button turns the group of emails off with one POST; a person who
// follows the link gets a page with a button, because programs that look at every link in a mail must not unsubscribe
// anybody. Mail programs show their button only if the mail is signed by DKIM and the signature covers both headers:
// that is for the host's relay to do.
package mail
