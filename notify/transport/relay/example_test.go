package relay_test

import (
	"context"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// printer stands in the place of a broker's publisher.
type printer struct{}

func (printer) Publish(topic string, messages ...*message.Message) error {
	for _, m := range messages {
		fmt.Println(topic, m.UUID)
	}
	return nil
}

func (printer) Close() error { return nil }

func Example() {
	r, err := relay.New(relay.Options{
		Source:    memory.New(), // or the host's store
		Publisher: printer{},    // or that of NATS, Kafka, RabbitMQ
		Topic:     func(e session.Event) string { return "rota." + string(e.Provider) },
		Observe: func(o relay.Observation) {
			if o.Err != nil {
				fmt.Println(o.Feed, "waits:", o.Err) // or metrics: o.Lag, o.Failures
			}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	stop() // at the end of the host's life
	fmt.Println(r.Run(ctx))
	// Output: context canceled
}

// A consumer drops what it has had, and reads the event.
func ExampleDecode() {
	m, err := relay.Message(withdrawn()) // as it comes from the broker
	if err != nil {
		fmt.Println(err)
		return
	}
	had := map[string]bool{} // in its own database, with what it makes of the event
	for range 2 {
		if had[m.UUID] {
			continue
		}
		had[m.UUID] = true
		e, err := relay.Decode(m.Payload)
		fmt.Println(e.Subject, "went from", e.From, "to", e.To, err)
	}
	// Output: session/7f3c went from open to withdrawn <nil>
}
