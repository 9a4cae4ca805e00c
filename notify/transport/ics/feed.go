package ics

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// feed serves one kind of feed.
type feed struct {
	Options
	// owns says whether an actor can have such a feed at all.
	owns func(session.Actor) bool
	// entries reads what is in it.
	entries func(context.Context, session.Actor, time.Time) ([]entry, error)
}

// ServeHTTP answers GET and HEAD. The token is the path value "token" of the pattern that it is mounted at, or the last
// part of the path; ".ics" behind it is left out.
func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Robots-Tag", "noindex")
	head.Set("Referrer-Policy", "no-referrer")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "A calendar can only be read.", http.StatusMethodNotAllowed)
		return
	}
	body, err := f.read(r.Context(), token(r))
	switch {
	case err == nil:
	case none(err):
		head.Set("Cache-Control", "no-store")
		http.Error(w, "There is no such calendar.", http.StatusNotFound)
		return
	default:
		if r.Context().Err() == nil {
			f.Logger.ErrorContext(r.Context(), "a calendar feed can't be read", "error", err)
		}
		head.Set("Cache-Control", "no-store")
		http.Error(w, "The calendar can't be read now.", http.StatusServiceUnavailable)
		return
	}
	digest := sha256.Sum256(body)
	head.Set("Content-Type", "text/calendar; charset=utf-8")
	head.Set("Content-Disposition", `inline; filename="sessions.ics"`)
	head.Set("Cache-Control", "private, no-cache") // kept by the reader alone, and asked about each time
	head.Set("ETag", `"`+hex.EncodeToString(digest[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// token is the secret in the address of a request.
func token(r *http.Request) string {
	value := r.PathValue("token")
	if value == "" {
		value = path.Base(r.URL.Path)
	}
	return strings.TrimSuffix(value, ".ics")
}

// none says whether an error means that there is no such feed: it is then told nothing more.
func none(err error) bool {
	var missing *session.NotFoundError
	var forbidden *session.ForbiddenError
	return errors.Is(err, ErrNoFeed) || errors.As(err, &missing) || errors.As(err, &forbidden)
}

// read makes the calendar that a token opens. It has no METHOD: it is a calendar, not a message about one, and a
// PUBLISH would need an organiser for every entry (RFC 5546, 3.2.1).
func (f *feed) read(ctx context.Context, token string) ([]byte, error) {
	owner, err := f.Tokens.Owner(ctx, token)
	if err != nil {
		return nil, err
	}
	if owner.Validate() != nil || !f.owns(owner) {
		return nil, ErrNoFeed
	}
	entries, err := f.entries(ctx, owner, session.Instant(f.Now()))
	if err != nil {
		return nil, err
	}
	c := empty()
	name := notify.Header(f.Name)
	c.SetXWRCalName(name)
	c.SetName(name)
	c.SetRefreshInterval("PT1H")
	c.SetXPublishedTTL("PT1H")
	for _, e := range entries {
		c.AddVEvent(e.event())
	}
	return write(c)
}

// window is the span of starts that a feed reaches over.
func (f *feed) window(now time.Time) calendar.Span {
	return calendar.Span{Start: now.Add(-f.Past), End: now.Add(f.Ahead)}
}

// full says whether no more entries fit.
func (f *feed) full(ctx context.Context, owner session.Actor, entries []entry) bool {
	if len(entries) < f.Most {
		return false
	}
	f.Logger.WarnContext(ctx, "a calendar feed is cut off", "capacity", owner.Capacity.String(),
		"person", string(owner.Person), "entries", len(entries))
	return true
}

// described joins the lines of a description that there are.
func described(lines ...string) string {
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}

// when says when a session is by the clock of its practice (T1); nothing where that isn't known.
func when(label string, span calendar.Span, practice session.PracticeFacts) string {
	if practice.Calendar == nil || span.IsZero() {
		return ""
	}
	zone := practice.Calendar.Location()
	return label + notify.Data{Start: span.Start.In(zone), End: span.End.In(zone)}.When() + " (" + zone.String() + ")"
}

// labelled is a label with a text behind it, or nothing.
func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}
