package webpush_test

import (
	"context"
	"fmt"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/webpush"
	"github.com/sessional-go/sessional/session"
)

// A host checks what a page hands in as the browser's subscription, before it keeps it as the token of a device.
func ExampleNotifier_Check() {
	notifier, err := webpush.New(webpush.Options{
		Key:        webpush.NewKey(), // once; then from where the host keeps its secrets
		Subscriber: "mailto:ops@example.org",
		Settings: push.Settings{
			Dead: func(_ context.Context, person session.PersonID, _ notify.Device, _ *push.Error) {
				fmt.Println("forget that browser of", person)
			},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer notifier.Close()
	fmt.Println("the page subscribes with", len(notifier.PublicKey()), "characters")

	token := `{"endpoint": "http://push.example/1", "keys": {"p256dh": "…", "auth": "…"}}`
	fmt.Println(notifier.Check(token))

	err = notifier.Notify(context.Background(), notify.Message{
		Key: "k-1", Kind: notify.InvoicePaid, Channel: notify.Android, Title: "Invoice paid",
		To: notify.Person{ID: "ada", Devices: []notify.Device{{Channel: notify.Android, Token: token}}},
	})
	fmt.Println(err)
	// Output:
	// the page subscribes with 87 characters
	// Device.Token.endpoint does not begin with https://.
	// forget that browser of ada
	// The push was not sent: the device is no longer registered (it is no subscription).
}
