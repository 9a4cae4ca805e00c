package mail

import (
	"errors"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sessional-go/sessional/notify"
)

// Stage is how far a mail came.
type Stage string

// The stages of a mail, in their order.
const (
	// Addressing is before there is anything to send: the address is looked at, the mail is made.
	Addressing Stage = "addressing"
	// Connecting goes from the first packet to a connection that is encrypted and logged in.
	Connecting Stage = "connecting"
	// Sending names the sender: MAIL FROM.
	Sending Stage = "sending"
	// Receiving names the recipient: RCPT TO.
	Receiving Stage = "receiving"
	// Opening asks to begin: DATA.
	Opening Stage = "opening"
	// Writing goes from there up to the final dot.
	Writing Stage = "writing"
	// Closing waits for the answer to the final dot.
	Closing Stage = "closing"
)

// words complete "The mail was not sent: ".
var words = map[Stage]string{
	Addressing: "it can't be made", Connecting: "the server can't be used", Sending: "the sender was refused",
	Receiving: "the recipient was refused", Opening: "the server doesn't take it now",
	Writing: "the connection broke while it was written", Closing: "the server refused it",
}

// Error says why a mail was not sent, or why that is unknown. It wraps notify.ErrPermanent, notify.ErrUnknown or
// neither, and what caused it.
type Error struct {
	Stage Stage
	// Status is the server's answer, 0 where it gave none: 450, 550 … Enhanced is its code of RFC 3463, such as "5.1.1";
	// blank without one.
	Status   int
	Enhanced string
	// Reply is what the server said, on one line, without the recipient's address.
	Reply string
	// Err is the error behind it; its text may hold the address.
	Err error
	// outcome is notify.ErrPermanent, notify.ErrUnknown or nil.
	outcome error
}

// Error is a sentence. It never holds the recipient's address: it is kept with the delivery (P4).
func (e *Error) Error() string {
	if errors.Is(e.outcome, notify.ErrUnknown) {
		return "The mail may or may not have been sent: the server did not answer (" + e.detail() + ")."
	}
	return "The mail was not sent: " + words[e.Stage] + " (" + e.detail() + ")."
}

func (e *Error) detail() string {
	var said []string
	if e.Status != 0 {
		said = append(said, strconv.Itoa(e.Status))
	}
	for _, s := range []string{e.Enhanced, e.Reply} {
		if s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, " ")
}

// Unwrap returns how the delivery is to go on, if it is not simply tried again, and the cause.
func (e *Error) Unwrap() []error {
	return slices.DeleteFunc([]error{e.outcome, e.Err}, func(err error) bool { return err == nil })
}

// Code returns mail_undeliverable, mail_unknown or mail_failed.
func (e *Error) Code() string {
	switch {
	case errors.Is(e.outcome, notify.ErrPermanent):
		return "mail_undeliverable"
	case errors.Is(e.outcome, notify.ErrUnknown):
		return "mail_unknown"
	}
	return "mail_failed"
}

// enhanced finds the code of RFC 3463 at the beginning of an answer.
var enhanced = regexp.MustCompile(`^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)`)

// failed makes the Error of what happened at a stage; to is the recipient.
func failed(stage Stage, err error, to string) *Error {
	e := &Error{Stage: stage, Err: err}
	text := err.Error()
	var answer *textproto.Error
	if errors.As(err, &answer) {
		e.Status, text = answer.Code, answer.Msg
		if code := enhanced.FindStringSubmatch(text); code != nil {
			e.Enhanced, text = code[1], text[len(code[1]):]
		}
	}
	e.Reply = without(notify.Header(text), to)
	if e.permanent() {
		e.outcome = notify.ErrPermanent
	}
	return e
}

// without takes an address out of a text, whatever its case.
func without(text, address string) string {
	if address == "" {
		return text
	}
	return regexp.MustCompile(`(?i)`+regexp.QuoteMeta(address)).ReplaceAllString(text, "the address")
}

// about lists the kinds of 5xx that are about the recipient or the mail as such, and stay what they are; see the
// package's comment. Of the addresses 5.1.7 and 5.1.8 are the sender's: many servers look at it only when they are told
// the recipient.
var about = regexp.MustCompile(`^5\.(1\.(?:[0-69]|\d{2,3})|2\.[134]|3\.4|6\.\d+)$`)

// plain are the answers that count as about the recipient or the mail where there is no code that says more.
var plain = []int{521, 550, 551, 552, 553, 554, 556}

// permanent says whether the server's answer can't become another one by waiting or by the operator's doing.
func (e *Error) permanent() bool {
	switch {
	case e.Stage != Receiving && e.Stage != Closing:
		return false
	case e.Enhanced != "":
		return e.Status >= 500 && about.MatchString(e.Enhanced)
	}
	return slices.Contains(plain, e.Status)
}
