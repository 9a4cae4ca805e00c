package push

import (
	"context"
	"slices"
	"strings"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push/internal/fan"
)

// Mixed is a notify.Notifier for a channel on which some devices have the host's app and others a browser. The token of
// the latter is a subscription in JSON; see package webpush.
type Mixed struct {
	// App and Browser carry to the one and to the other; nil: such devices are left out.
	App, Browser notify.Notifier
}

var _ notify.Notifier = Mixed{}

// Notify sends a message to the devices of the message's channel, by App or by Browser, at the same time. The outcome
// is Merge's.
func (x Mixed) Notify(ctx context.Context, m notify.Message) error {
	type way struct {
		notifier notify.Notifier
		message  notify.Message
	}
	var ways []way
	for _, browser := range []bool{false, true} {
		w := way{x.App, m}
		if browser {
			w.notifier = x.Browser
		}
		w.message.To.Devices = slices.DeleteFunc(slices.Clone(m.To.Devices), func(d notify.Device) bool {
			return d.Channel != m.Channel || Subscription(d) != browser
		})
		if w.notifier != nil && len(w.message.To.Devices) > 0 {
			ways = append(ways, w)
		}
	}
	return Merge(fan.Out(ways, func(w way) error { return w.notifier.Notify(ctx, w.message) }))
}

// Subscription says whether a device is a browser: its token is a subscription in JSON.
func Subscription(d notify.Device) bool { return strings.HasPrefix(strings.TrimSpace(d.Token), "{") }
