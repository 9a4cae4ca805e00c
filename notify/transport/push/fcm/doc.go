// Package fcm sends pushes by Firebase Cloud Messaging, through its HTTP v1 API: a [Notifier] is a notify.Notifier for
// notify.Android, and for notify.IPhone where the host's app registers with Firebase there, too.
//
//	notifier, err := fcm.New(fcm.Options{ServiceAccount: key, Settings: push.Settings{Dead: forget}})
//
// A device's token is the registration token that the app gets from Firebase. What the app gets is a notification with
// title and body, and as data the delivery's "id", its "kind" and the "link" where there is one. On Android the
// notification has the id as its tag, so that a repeat takes the place of what is already on the screen; on an iPhone
// the same is done by apns-collapse-id.
//
// # While a phone is off
//
// Firebase calls every notification collapsible, and may keep only the newest one of an app for an Android phone that
// is off; its collapse key has no effect on notifications. Where each of them counts, Options.Data sends title and body
// as data instead, of which up to a hundred are kept: then the app shows them, under the id as their tag. An iPhone
// gets notifications in either case.
//
// # Logging in
//
// With a service account's key a notifier signs a token (RS256), exchanges it for an access token of an hour (RFC
// 7523), and gets a new one five minutes before that ends. Where the host has its access tokens from elsewhere, such as
// workload identity, Options.Token brings them.
//
// # Answers
//
// As Firebase documents them (https://firebase.google.com/docs/cloud-messaging/error-codes):
//
//   - UNREGISTERED (404), and INVALID_ARGUMENT (400) about message.token or with the sentence that the registration
//     token is not a valid one: push.Gone, and Settings.Dead is told.
//   - SENDER_ID_MISMATCH (403): push.Foreign. It says as much about the host's project as about the token, so no device
//     is reported dead for it.
//   - INVALID_ARGUMENT about anything else: push.Unfit.
//   - QUOTA_EXCEEDED (429), UNAVAILABLE (503), INTERNAL (500): push.Busy, after what Retry-After says, and a minute for
//     429 without one.
//   - 401: the access token is thrown away, and the message sent once more with a new one, then push.Refused.
//   - THIRD_PARTY_AUTH_ERROR (401), a project that is not there (404) and the rest: push.Refused.
//
// The service account's key is used with github.com/golang-jwt/jwt; golang.org/x/oauth2 does the same, but its exchange
// can't be called off by a context.
package fcm
