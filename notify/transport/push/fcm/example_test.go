package fcm_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/fcm"
	"github.com/sessional-go/sessional/session"
)

// A host makes one notifier for all its Android devices, and forgets those that Firebase no longer knows.
func ExampleNew() {
	notifier, err := fcm.New(fcm.Options{
		ServiceAccount: serviceAccount, // the file, from where the host keeps its secrets
		Settings: push.Settings{
			Dead: func(_ context.Context, person session.PersonID, d notify.Device, _ *push.Error) {
				fmt.Println("forget", d.Token, "of", person)
			},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer notifier.Close()

	// Nobody is asked about a person without an Android device.
	err = notifier.Notify(context.Background(), notify.Message{
		Key: "k-1", Kind: notify.InvoicePaid, Channel: notify.Android, Title: "Invoice paid",
		To: notify.Person{ID: "ada", Devices: []notify.Device{{Channel: notify.IPhone, Token: "an iPhone's"}}},
	})
	fmt.Println(err)
	fmt.Println("for ever:", errors.Is(err, notify.ErrPermanent))
	// Output:
	// The push was not sent: there is no device to send it to.
	// for ever: true
}

var serviceAccount = account("https://oauth2.googleapis.com/token")
