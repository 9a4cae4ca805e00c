package mail

import (
	"bytes"
	"context"
	_ "embed" // the page
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/internal/signed"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// oneClick is what a mail program posts (RFC 8058, 3.2).
const oneClick = "List-Unsubscribe=One-Click"

// UnsubscribeOptions configure an Unsubscribe. All but Product, Page and Logger are required.
type UnsubscribeOptions struct {
	// URL is where the handler is reached from outside, https only: links are this, a slash and a token.
	URL string
	// Keys are secrets of at least 32 bytes. The first one signs, all are accepted. Links stay good for as long as their
	// key is there: people follow those in old mails, too.
	Keys [][]byte
	// TurnOff turns a group of emails off for a person; Preferences makes one from the desk. It may be called again for
	// what is off.
	TurnOff func(ctx context.Context, person session.PersonID, group notify.EmailGroup) error
	// Product is what the page calls the host.
	Product string
	// Page replaces the built-in page; it is given an UnsubscribePage.
	Page *template.Template
	// Logger is told what goes wrong; nil: nobody is. It never gets a token.
	Logger *slog.Logger
}

// UnsubscribePage is what the page is made from.
type UnsubscribePage struct {
	// Product is the option.
	Product string
	// Emails says which emails: "emails about applications".
	Emails string
	// Done says that they are turned off; before that the page asks, with a form that posts the field List-Unsubscribe
	// with the value One-Click.
	Done bool
}

// Unsubscribe makes the links by which people turn groups of emails off, and is the http.Handler behind them: mount it
// at "/…/{token}", for GET and POST, without login and without protection against foreign forms, because a mail program
// has neither session nor cookie (RFC 8058). Nothing but the token counts: it is signed, and names the person and the
// group. Whoever was forwarded the mail can use it, too; all they can do is turn those emails off.
type Unsubscribe struct {
	o    UnsubscribeOptions
	keys signed.Keys
	base string
}

//go:embed unsubscribe.html
var unsubscribePage string

// NewUnsubscribe returns an Unsubscribe. The error is a *session.FieldError naming the option that is missing or wrong.
func NewUnsubscribe(o UnsubscribeOptions) (*Unsubscribe, error) {
	if err := signed.Keys(o.Keys).Check("UnsubscribeOptions.Keys"); err != nil {
		return nil, err
	}
	u, err := url.Parse(o.URL)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || !ascii(o.URL) ||
		strings.ContainsAny(o.URL, " <>\""):
		return nil, &session.FieldError{Field: "UnsubscribeOptions.URL", Problem: "is no https address without a query"}
	case o.TurnOff == nil:
		return nil, &session.FieldError{Field: "UnsubscribeOptions.TurnOff", Problem: "is missing"}
	}
	if o.Page == nil {
		if o.Page, err = template.New("unsubscribe").Parse(unsubscribePage); err != nil {
			return nil, err
		}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Unsubscribe{o: o, keys: signed.Keys(o.Keys).Clone(), base: strings.TrimSuffix(o.URL, "/")}, nil
}

// group is a group of emails: its name in tokens, which stays, and in words.
type group struct {
	notify.EmailGroup
	name, words string
	// off turns it off in a command.
	off func(*notify.SetPreferences)
}

var groups = []group{
	{notify.ApplicationEmails, "applications", "emails about applications",
		func(c *notify.SetPreferences) { c.Emails.Applications = notify.Off }},
	{notify.BookingEmails, "bookings", "emails about bookings",
		func(c *notify.SetPreferences) { c.Emails.Bookings = notify.Off }},
	{notify.PayEmails, "pay", "emails about hours, invoices and fees",
		func(c *notify.SetPreferences) { c.Emails.Pay = notify.Off }},
	{notify.MessageEmails, "messages", "emails about new messages",
		func(c *notify.SetPreferences) { c.Emails.Messages = notify.Off }},
	{notify.CaseEmails, "cases", "emails about support cases",
		func(c *notify.SetPreferences) { c.Emails.Cases = notify.Off }},
	{notify.ReminderEmails, "reminders", "reminders of sessions",
		func(c *notify.SetPreferences) { c.Reminders = notify.Off }},
	{notify.DigestEmails, "digests", "summaries of new sessions",
		func(c *notify.SetPreferences) { c.Digests = notify.Digests{Rota: notify.Off, Marketplace: notify.Off} }},
}

func findGroup(is func(group) bool) (group, bool) {
	for _, g := range groups {
		if is(g) {
			return g, true
		}
	}
	return group{}, false
}

// purpose keeps these tokens apart from others that the same keys sign.
const purpose = "sessional unsubscribe 1"

// Link returns the address by which a person turns a group of emails off. The error is a *session.FieldError for what
// is no person or no group.
func (u *Unsubscribe) Link(person session.PersonID, emails notify.EmailGroup) (string, error) {
	if err := session.CheckID("Person", person); err != nil {
		return "", err
	}
	g, known := findGroup(func(g group) bool { return g.EmailGroup == emails })
	if !known {
		return "", &session.FieldError{Field: "Group", Problem: "is unknown"}
	}
	return u.base + "/" + u.keys.Sign(purpose, string(person), g.name), nil
}

// ServeHTTP answers GET with the page that asks, which changes nothing, and a POST of List-Unsubscribe=One-Click by
// turning the emails off, without a redirect. The token is the path value "token" of the pattern that it is mounted at,
// or the last part of the path.
func (u *Unsubscribe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Robots-Tag", "noindex")
	head.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	person, g, known := u.read(r)
	switch {
	case !known:
		http.Error(w, "There is nothing to unsubscribe from here.", http.StatusNotFound)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		u.show(w, r, UnsubscribePage{Product: u.o.Product, Emails: g.words})
	case r.Method != http.MethodPost:
		head.Set("Allow", "GET, HEAD, POST")
		http.Error(w, "This address answers GET and POST.", http.StatusMethodNotAllowed)
	default:
		u.turnOff(w, r, person, g)
	}
}

// maxForm is the greatest size of what is posted, in bytes.
const maxForm = 4 << 10

func (u *Unsubscribe) turnOff(w http.ResponseWriter, r *http.Request, person session.PersonID, g group) {
	// A form, or one in parts: mail programs send either.
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	name, value, _ := strings.Cut(oneClick, "=")
	if r.PostFormValue(name) != value {
		http.Error(w, "This address wants "+oneClick+".", http.StatusBadRequest)
		return
	}
	if err := u.o.TurnOff(r.Context(), person, g.EmailGroup); err != nil {
		u.o.Logger.ErrorContext(r.Context(), "emails can't be turned off", "person", string(person), "emails", g.name,
			"error", err)
		http.Error(w, "This can't be done now. Please try again later.", http.StatusServiceUnavailable)
		return
	}
	u.show(w, r, UnsubscribePage{Product: u.o.Product, Emails: g.words, Done: true})
}

// read finds whom and what a request is about.
func (u *Unsubscribe) read(r *http.Request) (session.PersonID, group, bool) {
	token := r.PathValue("token")
	if token == "" {
		token = path.Base(r.URL.Path)
	}
	parts, err := u.keys.Open(purpose, token)
	if err != nil || len(parts) != 2 {
		return "", group{}, false
	}
	g, known := findGroup(func(g group) bool { return g.name == parts[1] })
	return session.PersonID(parts[0]), g, known
}

func (u *Unsubscribe) show(w http.ResponseWriter, r *http.Request, page UnsubscribePage) {
	var b bytes.Buffer
	if err := u.o.Page.Execute(&b, page); err != nil {
		u.o.Logger.ErrorContext(r.Context(), "the page to unsubscribe can't be made", "error", err)
		http.Error(w, "This can't be shown now.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w)
}

// Settings is where people's settings are changed; a *desk.Desk is one.
type Settings interface {
	SetPreferences(ctx context.Context, c notify.SetPreferences) (notify.Settings, error)
}

// Preferences returns a TurnOff that sets the one switch of the group in the person's settings, and leaves all others
// as they are (N1); for digests, which have two, both. actor says in which capacity the person acts: the record tells
// it, and the desk refuses anybody but themselves (P1).
func Preferences(
	settings Settings, actor func(context.Context, session.PersonID) (session.Actor, error),
) func(context.Context, session.PersonID, notify.EmailGroup) error {
	return func(ctx context.Context, person session.PersonID, emails notify.EmailGroup) error {
		g, known := findGroup(func(g group) bool { return g.EmailGroup == emails })
		if !known {
			return &session.FieldError{Field: "Group", Problem: "is unknown"}
		}
		by, err := actor(ctx, person)
		if err != nil {
			return err
		}
		// A fresh command each time: somebody who turned them on again meanwhile wants them off again now.
		c := notify.SetPreferences{Command: session.Do(desk.NewID(), by), Person: person}
		g.off(&c)
		_, err = settings.SetPreferences(ctx, c)
		return err
	}
}
