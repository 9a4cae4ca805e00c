package ics

import (
	"bytes"
	"cmp"
	"math"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"

	"github.com/sessional-go/sessional/notify"
)

// product is who made a calendar (RFC 5545, 3.7.3).
const product = "-//Sessional//Sessional//EN"

// entry is one VEVENT, in plain text.
type entry struct {
	uid        string
	sequence   int64
	status     ical.ObjectStatus
	start, end time.Time
	// stamp is when this version came about.
	stamp                             time.Time
	summary, place, description, link string
	// free says that it takes none of the person's time.
	free bool
}

// event makes the VEVENT. The library escapes TEXT values, but lets carriage returns and control characters through.
func (e entry) event() *ical.VEvent {
	v := ical.NewEvent(strings.TrimSpace(notify.Plain(e.uid)))
	v.SetSequence(int(min(max(e.sequence, 0), math.MaxInt32)))
	v.SetDtStampTime(e.stamp)
	v.SetLastModifiedAt(e.stamp)
	v.SetStartAt(e.start)
	v.SetEndAt(e.end)
	v.SetStatus(e.status)
	v.SetSummary(cmp.Or(notify.Header(e.summary), "Session"))
	if place := notify.Header(e.place); place != "" {
		v.SetLocation(place)
	}
	if description := strings.TrimSpace(notify.Plain(e.description)); description != "" {
		v.SetDescription(description)
	}
	if web(e.link) {
		v.SetURL(e.link)
	}
	v.SetTimeTransparency(ical.TransparencyOpaque)
	if e.free || e.status == ical.ObjectStatusCancelled {
		v.SetTimeTransparency(ical.TransparencyTransparent)
	}
	return v
}

// web says whether a link can stand as it is: it has no escapes, so whatever ends a line or a value keeps it out.
func web(link string) bool {
	return (strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")) &&
		!strings.ContainsFunc(link, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"<>\^{|}`, r) })
}

// empty is a VCALENDAR without events.
func empty() *ical.Calendar {
	c := &ical.Calendar{}
	c.SetVersion("2.0")
	c.SetProductId(product)
	c.SetCalscale("GREGORIAN")
	return c
}

// write returns a calendar as it is sent: lines folded at 75 octets, each ended by CR LF. (The library ends them as the
// machine it runs on does, unless it is told.)
func write(c *ical.Calendar) ([]byte, error) {
	var b bytes.Buffer
	err := c.SerializeTo(&b, ical.WithNewLine("\r\n"))
	return b.Bytes(), err
}

// latest returns the latest of some instants.
func latest(first time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if t.After(first) {
			first = t
		}
	}
	return first
}
