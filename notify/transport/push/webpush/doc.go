// Package webpush sends pushes to browsers, and to web apps that people put on a home screen (RFC 8030, RFC 8291, RFC
// 8292): a [Notifier] is a notify.Notifier for notify.Android and notify.IPhone.
//
//	key := webpush.NewKey() // once; kept with the host's secrets
//	notifier, err := webpush.New(webpush.Options{
//		Key: key, Subscriber: "mailto:ops@example.org", Settings: push.Settings{Dead: forget},
//	})
//
// A page subscribes with [Notifier.PublicKey] as its applicationServerKey, and sends the host the subscription as
// JSON.stringify writes it: that is the device's token, and [Notifier.Check] says whether it can be one. Its channel is
// that of the phone; a desktop's browser can be filed under either.
//
// What the page's service worker gets is JSON, encrypted up to there: "id", "kind", "title", "body" and "link", the
// last two where there are any.
//
//	self.addEventListener("push", event => {
//		const m = event.data.json()
//		event.waitUntil(self.registration.showNotification(m.title, {body: m.body, tag: m.id, data: m.link}))
//	})
//
// The id is also the Topic at the push service, where a repeat takes the place of what is still waiting. Every payload
// is padded to the same length. Changing the key makes all subscriptions useless.
//
// # Answers
//
//   - 404 and 410: push.Gone, and Settings.Dead is told; the same without asking for a token that is no subscription.
//   - 413: push.Unfit.
//   - 429 and 5xx: push.Busy, after what Retry-After says.
//   - Anything else: push.Refused, 403 among it, with which services answer when a subscription was made with another
//     key, and redirects, which are not followed.
//
// # Addresses that browsers gave
//
// A browser tells the host where its push service is, and whoever writes that by hand could make the host's server talk
// to its own neighbours. So a subscription's address is dialled as package guard does it: nothing but https, no network
// that is private or otherwise special, no port but 443, no proxy. A subscription in such a place is push.Prohibited.
// The push services of the common browsers are few, and Options.Hosts can be theirs.
package webpush
