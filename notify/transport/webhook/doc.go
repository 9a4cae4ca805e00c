// Package webhook posts committed events to the endpoints of a host's partners, signed as Standard Webhooks
// (https://www.standardwebhooks.com) says.
//
//	sender, err := webhook.New(webhook.Options{Log: record})
//	…
//	err = sender.Send(ctx, endpoint, event, attempt)
//
// It sends one event to one endpoint, once. Which events go to whom, and when they are tried again, is for the host's
// queue: one row per event and endpoint, made when the event is read from the feed, tried until Send returns nil or an
// error that wraps notify.ErrPermanent.
//
// # What a partner gets
//
// A POST of JSON, always the same bytes for the same event:
//
//	{
//	  "schema": 1,
//	  "type": "session.withdrawn",
//	  "timestamp": "2026-07-02T09:00:00Z",
//	  "key": "session/7f3c/3/session.withdrawn",
//	  "data": {
//	    "subject": {"kind": "session", "id": "7f3c"},
//	    "version": 3,
//	    "kind": "session.withdrawn",
//	    "provider": "p-1",
//	    "session": "7f3c",
//	    "at": "2026-07-02T09:00:00Z",
//	    "by": {"person": "grace", "capacity": "rota_manager", "provider": "p-1"},
//	    "command": "c-9",
//	    "from": "open",
//	    "to": "withdrawn",
//	    "reason": "t-4",
//	    "facts": {"notice_hours": "3"}
//	  }
//	}
//
// Data is a session.Event as the record has it; blank fields are left out. Within a schema fields are only ever added,
// so a partner passes over those that it doesn't know. An event holds ids and figures, but neither names nor free text
// (P4): who may know more asks the host for it by the id. The ids are still those of people: say so in the agreement
// with the partner.
//
// The headers are webhook-id, webhook-timestamp and webhook-signature. The id is the event's key in the spelling of
// [ID], the same at every attempt; the timestamp is the attempt's. The signature is made of id, timestamp and body with
// each of the endpoint's secrets. To change a secret, add a new one, wait until the partner uses it, and take the old
// one away.
//
// A partner checks the signature over the bytes as they came, refuses a timestamp more than some minutes off, answers
// with 2xx soon, and drops an id that it has had before. It may get events twice and out of order: a subject's version
// says which one is the later.
//
// # Outcomes
//
// Any 2xx is success. 410 Gone wraps notify.ErrPermanent: the endpoint wants no more, and the host should turn it off.
// Everything else is to be tried again: a partner's mistake of an evening (404, 401, even 400) must not lose events.
// With 429 and 503 a Retry-After is found by RetryAfter, as the dispatcher of package notify reads it. A time-out, like
// a connection lost after the request was written, leaves open whether the partner has got the event; that is no
// outcome of its own as with a mail (notify.ErrUnknown), because repeats are dropped by their id.
//
// # Addresses that partners chose
//
// A partner who gives an address could make the host's server talk to its own neighbours (server-side request forgery).
// So what is dialled is decided by the address that was resolved, at the moment of connecting, whatever the name said
// before: no private, loopback, link-local or otherwise special network, no other port than 443, nothing but https, no
// redirect, no proxy (HTTPS_PROXY has no effect). Options can widen that. An answer is read up to its first
// kilobyte, and everything together ends with the time limit.
//
// For endpoints inside the host's own network make a Sender of their own, with Options.Internal, and never use it
// for an address that a partner chose.
//
// Signatures are symmetric (v1); the standard's asymmetric ones (v1a) are not made.
package webhook
