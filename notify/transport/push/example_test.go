package push_test

import (
	"context"
	"fmt"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/notify/transport/push"
)

// Some people have the app on their phone, some a browser, some both: one notifier for the channel.
func ExampleMixed() {
	native, web := &notifytest.Recorder{}, &notifytest.Recorder{} // an *fcm.Notifier, a *webpush.Notifier
	android := push.Mixed{App: native, Browser: web}

	err := android.Notify(context.Background(), notify.Message{
		Key: "k-1", Kind: notify.InvoicePaid, Channel: notify.Android, Title: "Invoice paid",
		To: notify.Person{ID: "ada", Devices: []notify.Device{
			{Channel: notify.Android, Token: "eWx…:APA91b…"},
			{Channel: notify.Android, Token: `{"endpoint": "https://push.example/1", …}`},
		}},
	})
	fmt.Println(err)
	fmt.Println(native.Messages()[0].To.Devices[0].Token)
	fmt.Println(web.Messages()[0].To.Devices[0].Token)
	// Output:
	// <nil>
	// eWx…:APA91b…
	// {"endpoint": "https://push.example/1", …}
}
