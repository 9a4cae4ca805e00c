package webhook

import (
	"fmt"
	"strings"

	"github.com/sessional-go/sessional/internal/envelope"
	"github.com/sessional-go/sessional/session"
)

// ID returns an event's key as the webhook-id has it: letters, digits, "/", "-" and "_" stay, every other byte is
// written as "%" and two hexadecimal digits. So it is the same for ever and different for each event, and it is fit
// for a header and for being signed: the standard wants no full stop in it, and the key is made of ids that hosts
// choose.
func ID(e session.Event) string {
	var id strings.Builder
	for _, c := range []byte(e.Key()) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '/', c == '-', c == '_':
			id.WriteByte(c)
		default:
			fmt.Fprintf(&id, "%%%02X", c)
		}
	}
	return id.String()
}

// Payload returns an event as it is posted: the same bytes every time.
func Payload(e session.Event) ([]byte, error) { return envelope.Encode(e) }
