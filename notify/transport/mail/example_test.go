package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/mail"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// A host makes one sender for all its mail, and hands it to the dispatcher.
func ExampleNew() {
	sender, err := mail.New(mail.Options{
		Host: "smtp.example.org", From: "Sessions <sessions@example.org>",
		Auth: mail.Auth{Username: "sessions", Password: "from where the host keeps its secrets"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sender.Close()

	// A message that can never arrive is told so at once, and nobody is asked.
	err = sender.Notify(context.Background(), notify.Message{
		Key: "k-1", Kind: notify.Reminder, Channel: notify.Email, Subject: "Tomorrow",
		To: notify.Person{ID: "ada", Email: "nowhere"},
	})
	fmt.Println(err)
	fmt.Println("for ever:", errors.Is(err, notify.ErrPermanent))
	// Output:
	// The mail was not sent: it can't be made (the registered address is no email address).
	// for ever: true
}

// A host mounts the handler behind the links, and gives it to the sender.
func ExampleUnsubscribe() {
	theDesk, err := desk.New(desk.Options{Store: memory.New(), Directory: memory.NewDirectory()})
	if err != nil {
		fmt.Println(err)
		return
	}
	unsubscribe, err := mail.NewUnsubscribe(mail.UnsubscribeOptions{
		URL: "https://shifts.example.org/unsubscribe", Product: "Shifts",
		Keys: [][]byte{bytes.Repeat([]byte("s"), 32)}, // from where the host keeps its secrets
		TurnOff: mail.Preferences(theDesk, func(_ context.Context, person session.PersonID) (session.Actor, error) {
			return session.Clinician(person, session.ClinicianID(person)), nil // the host knows in which capacity
		}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/unsubscribe/{token}", unsubscribe)
	sender, err := mail.New(mail.Options{Host: "smtp.example.org", From: "sessions@example.org", Unsubscribe: unsubscribe})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sender.Close()

	link, err := unsubscribe.Link("ada", notify.PayEmails)
	if err != nil {
		fmt.Println(err)
		return
	}
	w := ask(mux, http.MethodPost, link, form, strings.NewReader("List-Unsubscribe=One-Click"))
	settings, err := theDesk.Settings(context.Background(), session.Clinician("ada", "ada"))
	fmt.Println(w.Code, settings.Emails.Pay, err)
	// Output:
	// 200 off <nil>
}
