// Package apns sends pushes by the Apple Push Notification service: a [Notifier] is a notify.Notifier for
// notify.IPhone.
//
//	notifier, err := apns.New(apns.Options{
//		Key: p8, KeyID: "ABC123DEFG", TeamID: "DEF123GHIJ", Topic: "org.example.sessions",
//		Settings: push.Settings{Dead: forget},
//	})
//
// A device's token is the one that the app gets from iOS, in hexadecimal. What the app gets is an alert with title,
// body and the default sound, and beside "aps" the delivery's "id", its "kind" and the "link" where there is one.
//
// Requests go over HTTP/2. A provider token (ES256) is signed with the key and used for fifty minutes; Apple wants it
// changed at least every hour, and at most every twenty minutes. The id is the apns-collapse-id, so that a repeat takes
// the place of what is already on the screen, and in the form of a UUID the apns-id.
//
// # Answers
//
// As Apple documents them (Handling notification responses from APNs):
//
//   - Unregistered and ExpiredToken (410), BadDeviceToken (400): push.Gone, and Settings.Dead is told; with 410 since
//     when. A token that isn't hexadecimal is BadDeviceToken without asking.
//   - PayloadTooLarge (413), PayloadEmpty (400): push.Unfit.
//   - 429 and 5xx: push.Busy.
//   - ExpiredProviderToken (403): sent once more with a new provider token, if the old one is at least twenty minutes
//     old.
//   - DeviceTokenNotForTopic (400), Forbidden (403): push.Foreign. Apple wants none of these tried again; they say as
//     much about the host's settings as about the token, so no device is reported dead for them.
//   - IdleTimeout (400) and the rest: push.Refused.
//
// Beware: tokens of an app that was installed from Xcode are unknown to the production service, and those of the App
// Store to the one for development. Both say BadDeviceToken. Whoever sets Options.Development wrongly is told that
// every device is dead.
//
// The protocol is spoken with net/http and github.com/golang-jwt/jwt. github.com/sideshow/apns2 was looked at: it
// requires an older major version of the latter, and does not tell whether a request was written.
package apns
