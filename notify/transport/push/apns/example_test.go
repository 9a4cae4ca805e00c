package apns_test

import (
	"context"
	"fmt"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/apns"
	"github.com/sessional-go/sessional/session"
)

// A host makes one notifier for all its iPhones, and forgets those that Apple no longer knows.
func ExampleNew() {
	notifier, err := apns.New(apns.Options{
		Key: signingKey, KeyID: "ABC123DEFG", TeamID: "DEF123GHIJ", Topic: "org.example.sessions",
		Settings: push.Settings{
			Dead: func(_ context.Context, person session.PersonID, d notify.Device, why *push.Error) {
				fmt.Println("forget", d.Token, "of", person, "because of", why.Reason)
			},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer notifier.Close()

	// What can be no token is dead without being asked for.
	err = notifier.Notify(context.Background(), notify.Message{
		Key: "k-1", Kind: notify.InvoicePaid, Channel: notify.IPhone, Title: "Invoice paid",
		To: notify.Person{ID: "ada", Devices: []notify.Device{{Channel: notify.IPhone, Token: "<2740ca91>"}}},
	})
	fmt.Println(err)
	// Output:
	// forget <2740ca91> of ada because of BadDeviceToken
	// The push was not sent: the device is no longer registered (BadDeviceToken).
}

var signingKey = p8(privateKey()) // the file that Apple gives, from where the host keeps its secrets
