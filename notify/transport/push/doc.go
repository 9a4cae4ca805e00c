// Package push sends messages to people's devices: the three packages below it are a notify.Notifier each, and this one
// has what they share.
//
//   - fcm: Firebase Cloud Messaging, for Android, and for iPhones where the host lets Firebase pass messages on.
//   - apns: the Apple Push Notification service, for iPhones.
//   - webpush: Web Push (RFC 8030), for browsers and for web apps on a home screen, of either channel.
//
// A notifier sends a message to each of the person's devices of the message's channel, all at the same time. A person
// may have an app on one device and a browser on another: [Mixed] brings two notifiers together for one channel.
//
//	native, err := fcm.New(fcm.Options{ServiceAccount: key, Settings: push.Settings{Dead: forget}})
//	…
//	android := push.Mixed{App: native, Browser: web}
//
// # Several devices
//
// The delivery is to a person, not to a device. It has succeeded when one device's service has taken it over: to try
// again for the sake of another device would make the first one ring twice. [Settings].Log is told of each device.
// Where no service took it, what leaves most hope counts: that it is unknown before that it can be tried again, and
// that before that it never can.
//
// # What becomes of a push
//
// What a service answers is told as an [*Error]:
//
//   - It wraps notify.ErrPermanent where the device is [Gone] or not ours ([Foreign]), the message can't be carried
//     ([Unfit]), the person has no such device ([NoDevice]) or the device's address is one that must not be dialled
//     ([Prohibited]).
//   - It wraps notify.ErrUnknown where the request was written and the answer never came ([Unanswered]).
//   - Anything else is tried again: [Unreachable], [Busy] (429 and 5xx, after what Retry-After says), and [Refused],
//     which is for the host's operator to mend: a key that was withdrawn, a topic that is none. Until that is done no
//     message that can't be turned off should be given up at the first attempt; the dispatcher gives up visibly in the
//     end.
//
// A device is reported to [Settings].Dead when its service says that it is gone, and when its token can be none. A
// service that says no for a reason that could be ours, such as another project's token, kills no device.
//
// # Repeats
//
// A delivery has one name at a service, [ID] of its key, whatever the attempt (N5). Nobody promises that a repeat is
// dropped. What the protocols have instead is replacing: a later push of the same name takes the place of an earlier
// one, in the service's queue (Web Push's Topic, APNs' collapse id) or on the screen (the same, Android's tag, a
// notification's tag in a browser). Package fcm says what Firebase makes of it while a phone is off.
//
// # What is on a lock screen
//
// A push is shown on a locked phone, and Firebase and Apple can read it on its way; a Web Push is encrypted up to the
// browser. So what people wrote (a reason, a message) stays out of it unless the host says otherwise: [Settings].Words
// is [Discreet] by default, which leaves away the body of those kinds whose built-in texts quote somebody. [Full] sends
// the text as it was rendered, and a host can give a function of its own. Who replaces the text of another kind by one
// that quotes people says otherwise, too.
//
// No id of a person, a session or an event is sent, only the delivery's hashed name, the kind, the words and the link.
//
// # Limits
//
// A payload has at most 4096 bytes at Firebase and Apple, 3993 in Web Push. Words that don't fit are shortened at the
// edge of a character, the body first; a link that leaves no room for words makes the message [Unfit].
//
// A push that can't be turned off (N2) is sent as urgent, any other at normal priority: a phone that is asleep may get
// it when it wakes. What isn't delivered is thrown away by the services after [Settings].TTL.
//
// # What was not tried
//
// The tests run against stand-ins that verify tokens, headers and payloads as the services document it, and for Web
// Push against web-push-testing, which decrypts. Nothing here has been sent to the real services: that takes accounts.
package push
