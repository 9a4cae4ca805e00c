package push

import (
	"slices"

	"github.com/sessional-go/sessional/notify"
)

// Words are what a device shows.
type Words struct{ Title, Body string }

// quoting lists the kinds whose built-in texts quote what somebody wrote in a push.
var quoting = []notify.Kind{
	notify.BookingWithdrawn, notify.BookingCancelled, notify.ClinicianCancelled, notify.NewMessage,
}

// Discreet are a message's words without what somebody wrote: of a kind whose built-in text quotes people only the
// title.
func Discreet(m notify.Message) Words {
	if slices.Contains(quoting, m.Kind) {
		return Words{Title: m.Title}
	}
	return Full(m)
}

// Full are a message's words as they were rendered.
func Full(m notify.Message) Words { return Words{Title: m.Title, Body: m.Body} }
