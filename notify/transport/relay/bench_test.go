package relay_test

import (
	"strconv"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/notify/transport/relay/internal/office"
)

// taking is a publisher that takes everything at once: what is measured is the relay's own work.
type taking struct{}

func (taking) Publish(string, ...*message.Message) error { return nil }
func (taking) Close() error                              { return nil }

func BenchmarkOnce(b *testing.B) {
	o := office.New(b)
	for day := range 3 {
		o.Happen(b.Context(), day, 24)
	}
	events := 0
	for n := 0; b.Loop(); n++ {
		r, err := relay.New(relay.Options{Source: o.Store, Publisher: taking{}, Reader: strconv.Itoa(n)})
		if err != nil {
			b.Fatal(err)
		}
		tally, err := r.Once(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		events += tally.Published
	}
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}
