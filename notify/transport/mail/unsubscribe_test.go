package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/mail"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// office is a desk, and the links by which people turn its emails off.
type office struct {
	*desk.Desk
	*mail.Unsubscribe
	log bytes.Buffer
}

func newOffice(t *testing.T, change ...func(*mail.UnsubscribeOptions)) *office {
	t.Helper()
	d, err := desk.New(desk.Options{Store: memory.New(), Directory: memory.NewDirectory()})
	if err != nil {
		t.Fatal(err)
	}
	f := &office{Desk: d}
	o := mail.UnsubscribeOptions{
		URL: "https://shifts.example.org/unsubscribe/", Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}, Product: "Shifts <&>",
		TurnOff: mail.Preferences(d, func(_ context.Context, id session.PersonID) (session.Actor, error) {
			return session.Clinician(id, "ada"), nil
		}),
		Logger: slog.New(slog.NewTextHandler(&f.log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	if f.Unsubscribe, err = mail.NewUnsubscribe(o); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *office) settings(t *testing.T) notify.Settings {
	t.Helper()
	s, err := f.Settings(t.Context(), session.Clinician("ada-lovelace", "ada"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request to the handler, mounted as a host would.
func ask(h http.Handler, method, link, kind string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, link, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	mux.Handle("/unsubscribe/{token}", h)
	mux.ServeHTTP(w, r)
	return w
}

const form = "application/x-www-form-urlencoded"

func post(h http.Handler, link string) *httptest.ResponseRecorder {
	return ask(h, http.MethodPost, link, form, strings.NewReader("List-Unsubscribe=One-Click"))
}

// What a mail says about itself is enough to turn its kind off with one request, without login and without a redirect
// (N1, RFC 8058); what can't be turned off says nothing (N2).
func TestN1MailsCanBeTurnedOff(t *testing.T) {
	s := newServer(t)
	f := newOffice(t)
	o := s.options()
	o.Unsubscribe = f.Unsubscribe
	sender := newSender(t, o)
	for _, m := range []notify.Message{reminder(), booked()} {
		if err := sender.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	optional, _ := read(t, s.got()[0].body)
	link, ended := strings.CutSuffix(strings.TrimPrefix(optional.Get("List-Unsubscribe"), "<"), ">")
	if !ended || optional.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Fatalf("%v", optional)
	}
	must, _ := read(t, s.got()[1].body)
	if must.Get("List-Unsubscribe") != "" || must.Get("List-Unsubscribe-Post") != "" {
		t.Errorf("N2 what can't be turned off says how: %v", must)
	}
	if f.settings(t).Reminders != 0 {
		t.Fatal("they are off already")
	}
	if w := post(f, link); w.Code != http.StatusOK || !strings.Contains(w.Body.String(),
		"You will get no more reminders of sessions") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := f.settings(t); got.Reminders != notify.Off {
		t.Errorf("%+v", got)
	}
}

// Each group has its switch, and its link turns that one off and no other (N1).
func TestN1EveryGroupCanBeTurnedOff(t *testing.T) {
	off := notify.Off
	want := map[notify.EmailGroup]notify.Settings{
		notify.ApplicationEmails: {Emails: notify.Emails{Applications: off}},
		notify.BookingEmails:     {Emails: notify.Emails{Bookings: off}},
		notify.PayEmails:         {Emails: notify.Emails{Pay: off}},
		notify.MessageEmails:     {Emails: notify.Emails{Messages: off}},
		notify.CaseEmails:        {Emails: notify.Emails{Cases: off}},
		notify.ReminderEmails:    {Reminders: off},
		notify.DigestEmails:      {Digests: notify.Digests{Rota: off, Marketplace: off}},
	}
	for _, kind := range notify.MessageKinds() {
		trait, _ := kind.Trait()
		if _, known := want[trait.Emails]; !known {
			t.Errorf("the group of %s has no link", kind)
		}
	}
	for group, want := range want {
		f := newOffice(t)
		link, err := f.Link("ada-lovelace", group)
		if err != nil {
			t.Fatal(err)
		}
		if w := post(f, link); w.Code != http.StatusOK {
			t.Errorf("%d: %d", group, w.Code)
		}
		want.Person, want.Version = "ada-lovelace", 1
		if got := f.settings(t); got != want {
			t.Errorf("%d: %+v", group, got)
		}
		if f.settings(t).Email(group) {
			t.Errorf("%d: still on", group)
		}
	}
}

// Old links go on working: also for somebody who has turned the emails on again meanwhile.
func TestN1LinksWorkAgain(t *testing.T) {
	f := newOffice(t)
	link, err := f.Link("ada-lovelace", notify.PayEmails)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		post(f, link)
		if f.settings(t).Emails.Pay != notify.Off {
			t.Error("not off")
		}
		if _, err := f.SetPreferences(t.Context(), notify.SetPreferences{
			Command: session.Do(desk.NewID(), session.Clinician("ada-lovelace", "ada")), Person: "ada-lovelace",
			Emails: notify.Emails{Pay: notify.On},
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// Programs that look at every link turn nothing off; a person gets a page with a button.
func TestN1LookingAtALinkTurnsNothingOff(t *testing.T) {
	f := newOffice(t)
	link, err := f.Link("ada-lovelace", notify.PayEmails)
	if err != nil {
		t.Fatal(err)
	}
	page := ask(f, http.MethodGet, link, "", nil)
	for _, want := range []string{
		`<form method="post">`, `name="List-Unsubscribe" value="One-Click"`, "emails about hours, invoices and fees",
		"Shifts &lt;&amp;&gt;",
	} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page has no %s: %s", want, page.Body)
		}
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := page.Header().Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if !strings.Contains(page.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error("the page may load things")
	}
	ask(f, http.MethodHead, link, "", nil)
	for _, c := range []struct {
		method, kind, body string
		want               int
	}{
		{http.MethodPost, form, "", http.StatusBadRequest},
		{http.MethodPost, form, "List-Unsubscribe=Two-Click", http.StatusBadRequest},
		{http.MethodPost, "application/json", `{"List-Unsubscribe":"One-Click"}`, http.StatusBadRequest},
		{http.MethodPost, form, "x=" + strings.Repeat("y", 5000) + "&List-Unsubscribe=One-Click", http.StatusBadRequest},
		{http.MethodPut, form, "List-Unsubscribe=One-Click", http.StatusMethodNotAllowed},
	} {
		if w := ask(f, c.method, link, c.kind, strings.NewReader(c.body)); w.Code != c.want {
			t.Errorf("%s %.40s: %d", c.method, c.body, w.Code)
		}
	}
	if w := ask(f, http.MethodPost, link+"?List-Unsubscribe=One-Click", form, nil); w.Code != http.StatusBadRequest {
		t.Errorf("in the query: %d", w.Code)
	}
	if got := f.settings(t); got.Version != 0 {
		t.Errorf("%+v", got)
	}
}

// Mail programs post a form in either of its shapes.
func TestN1FormsInParts(t *testing.T) {
	f := newOffice(t)
	link, err := f.Link("ada-lovelace", notify.PayEmails)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	if err := errors.Join(parts.WriteField("List-Unsubscribe", "One-Click"), parts.Close()); err != nil {
		t.Fatal(err)
	}
	if w := ask(f, http.MethodPost, link, parts.FormDataContentType(), &b); w.Code != http.StatusOK ||
		f.settings(t).Emails.Pay != notify.Off {
		t.Errorf("%d", w.Code)
	}
}

// Links can't be made up, for oneself or others; keys can be changed.
func TestN1LinksAreSigned(t *testing.T) {
	f := newOffice(t)
	link, err := f.Link("ada-lovelace", notify.PayEmails)
	if err != nil {
		t.Fatal(err)
	}
	others := newOffice(t, func(o *mail.UnsubscribeOptions) { o.Keys = [][]byte{bytes.Repeat([]byte("x"), 32)} })
	foreign, _ := others.Link("ada-lovelace", notify.PayEmails)
	for _, wrong := range []string{foreign, link + "a", link[:len(link)-3], "https://shifts.example.org/unsubscribe/a.b"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if w := ask(f, method, wrong, form, strings.NewReader("List-Unsubscribe=One-Click")); w.Code != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, wrong, w.Code)
			}
		}
	}
	rotated := newOffice(t, func(o *mail.UnsubscribeOptions) {
		o.Keys = append([][]byte{bytes.Repeat([]byte("n"), 32)},
			o.Keys...)
	})
	if w := post(rotated, link); w.Code != http.StatusOK {
		t.Errorf("the key before: %d", w.Code)
	}
	if again, _ := rotated.Link("ada-lovelace", notify.PayEmails); again == link {
		t.Error("the new key doesn't sign")
	}
}

// What can't be done now is said so, and can be tried again; the log has no token.
func TestN1TurningOffThatFails(t *testing.T) {
	f := newOffice(t, func(o *mail.UnsubscribeOptions) {
		o.TurnOff = func(context.Context, session.PersonID, notify.EmailGroup) error {
			return errors.New("the store is away")
		}
	})
	link, err := f.Link("ada-lovelace", notify.PayEmails)
	if err != nil {
		t.Fatal(err)
	}
	if w := post(f, link); w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", w.Code)
	}
	if log := f.log.String(); !strings.Contains(log, "the store is away") || strings.Contains(log, link[len(link)-20:]) {
		t.Errorf("logged: %s", log)
	}
}

// The desk refuses to turn off anybody else's (P1), and people whom the host doesn't know are its error.
func TestP1PreferencesAreOnesOwn(t *testing.T) {
	f := newOffice(t)
	for _, actor := range []func(context.Context, session.PersonID) (session.Actor, error){
		func(context.Context, session.PersonID) (session.Actor, error) {
			return session.Clinician("eve", "eve"), nil
		},
		func(context.Context, session.PersonID) (session.Actor, error) {
			return session.Actor{}, desk.ErrUnknown
		},
	} {
		if err := mail.Preferences(f.Desk, actor)(t.Context(), "ada-lovelace", notify.PayEmails); err == nil {
			t.Error("done")
		}
	}
	if err := mail.Preferences(f.Desk, nil)(t.Context(), "ada-lovelace", 99); err == nil {
		t.Error("a group that there is not")
	}
}

func TestAHostsOwnPage(t *testing.T) {
	f := newOffice(t, func(o *mail.UnsubscribeOptions) {
		o.Page = template.Must(template.New("own").Parse(`{{.Emails}} {{.Done}}`))
	})
	link, _ := f.Link("ada-lovelace", notify.MessageEmails)
	if got := ask(f, http.MethodGet, link, "", nil).Body.String() + ", " + post(f, link).Body.String(); got !=
		"emails about new messages false, emails about new messages true" {
		t.Error(got)
	}
	broken := newOffice(t, func(o *mail.UnsubscribeOptions) {
		o.Page = template.Must(template.New("own").Parse(`{{.Nothing}}`))
	})
	if w := ask(broken, http.MethodGet, link, "", nil); w.Code != http.StatusInternalServerError {
		t.Errorf("%d", w.Code)
	}
}

func TestUnsubscribeNamesWhatIsWrong(t *testing.T) {
	good := mail.UnsubscribeOptions{
		URL: "https://shifts.example.org/u", Keys: [][]byte{bytes.Repeat([]byte("k"), 32)},
		TurnOff: func(context.Context, session.PersonID, notify.EmailGroup) error { return nil },
	}
	for field, change := range map[string]func(*mail.UnsubscribeOptions){
		"UnsubscribeOptions.Keys":    func(o *mail.UnsubscribeOptions) { o.Keys = nil },
		"UnsubscribeOptions.TurnOff": func(o *mail.UnsubscribeOptions) { o.TurnOff = nil },
		"UnsubscribeOptions.URL":     func(o *mail.UnsubscribeOptions) { o.URL = "http://shifts.example.org/u" },
	} {
		o := good
		change(&o)
		var wrong *session.FieldError
		if _, err := mail.NewUnsubscribe(o); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, address := range []string{"", "https://", "https://a?b", "https://a#b", "https://a b", "https://ä/",
		"https://a/\r\nBcc:"} {
		o := good
		o.URL = address
		if _, err := mail.NewUnsubscribe(o); err == nil {
			t.Errorf("%q is accepted", address)
		}
	}
	u, err := mail.NewUnsubscribe(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []struct {
		person session.PersonID
		group  notify.EmailGroup
	}{{"", notify.PayEmails}, {"ada", 0}, {"ada", 99}} {
		if _, err := u.Link(bad.person, bad.group); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	link, _ := u.Link("ada/ä?", notify.PayEmails)
	if parsed, err := url.Parse(link); err != nil || fmt.Sprint(parsed) != link || strings.Count(link, "/") != 4 {
		t.Errorf("%s: %v", link, err)
	}
}
