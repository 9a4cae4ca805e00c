package notify

import (
	"strings"
	"time"

	"github.com/sessional-go/sessional/session"
)

// Person is somebody who can be told. It is the host's own data: the Directory brings it. Name and Email are
// untrusted and escaped for where they go (N6).
type Person struct {
	ID   session.PersonID
	Name string
	// Email is the registered address; blank: no email reaches them.
	Email string
	// Devices are those their app is installed on.
	Devices []Device
	// Language is a BCP 47 tag such as "cy" or "en-GB"; blank: English.
	Language string
	// Location is their own time zone, in which quiet hours are kept; nil: UTC.
	Location *time.Location
}

// Device is an installation of the app.
type Device struct {
	// Channel is Android or IPhone.
	Channel Channel
	// Token is what the push service knows it by.
	Token string
}

// has says whether the channel can reach the person at all.
func (p Person) has(c Channel) bool {
	if c == Email {
		return strings.TrimSpace(p.Email) != ""
	}
	for _, d := range p.Devices {
		if d.Channel == c && d.Token != "" {
			return true
		}
	}
	return false
}
