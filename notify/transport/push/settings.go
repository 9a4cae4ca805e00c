package push

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// Settings are what the three notifiers have in common. All may be left out.
type Settings struct {
	// Words chooses what is shown; nil: Discreet.
	Words func(notify.Message) Words
	// TTL is how long a service keeps a push for a device that is off, in whole seconds, at most MaxTTL; not given: a day.
	TTL time.Duration
	// Timeout is the limit for one device, if the context doesn't end before; not given: 15 seconds.
	Timeout time.Duration
	// Dead is told of a device that its service no longer knows, so that the host forgets it; nil: nobody is. It is
	// called before Notify returns, by several goroutines at once, and its context may have ended. Forget the device only
	// if its token is still this one, and was not registered again after why.Since, where that is given.
	Dead func(ctx context.Context, person session.PersonID, d notify.Device, why *Error)
	// Log is told of every device that was tried, before Notify returns; nil: nobody is. It is called by several
	// goroutines at once, and its context may have ended.
	Log func(context.Context, Attempt)
	// Now is the clock; nil: the real one.
	Now func() time.Time
}

// MaxTTL is the longest time to live that all services take: four weeks.
const MaxTTL = 28 * 24 * time.Hour

// Attempt is what became of one message on one device. Its device's token is a secret.
type Attempt struct {
	// Key is the delivery's, ID its name at the service.
	Key, ID string
	Kind    notify.Kind
	Person  session.PersonID
	Device  notify.Device
	// At is when it began, Took how long it took.
	At   time.Time
	Took time.Duration
	// Err is an *Error, nil where the service took the message over.
	Err error
}

// Defaults returns the settings with what is not given filled in. The error is a *session.FieldError.
func (s Settings) Defaults() (Settings, error) {
	switch {
	case s.TTL < 0 || s.TTL > MaxTTL:
		return s, &session.FieldError{Field: "Options.TTL", Problem: "is not between a second and four weeks"}
	case s.TTL%time.Second != 0:
		return s, &session.FieldError{Field: "Options.TTL", Problem: "is not in whole seconds"}
	case s.Timeout < 0:
		return s, &session.FieldError{Field: "Options.Timeout", Problem: "is negative"}
	}
	s.TTL = cmp.Or(s.TTL, 24*time.Hour)
	s.Timeout = cmp.Or(s.Timeout, 15*time.Second)
	if s.Words == nil {
		s.Words = Discreet
	}
	if s.Dead == nil {
		s.Dead = func(context.Context, session.PersonID, notify.Device, *Error) {}
	}
	if s.Log == nil {
		s.Log = func(context.Context, Attempt) {}
	}
	if s.Now == nil {
		s.Now = time.Now //nolint:forbidigo // the one clock of a notifier that is given none
	}
	return s, nil
}

// ID is a delivery's name at the services: 32 letters, digits, "-" and "_", the same for the same key for ever. It is a
// hash, because keys are made of ids that are nobody else's business.
func ID(key string) string {
	sum := sha256.Sum256([]byte(key))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}
