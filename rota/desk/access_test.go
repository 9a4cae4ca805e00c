package desk_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// access is P1, written out: which capacity may do what. P is a practice, M a rota manager, C a clinician, S support and
// Y the system, each with what is theirs; a dot is a refusal.
var access = map[string]string{
	"Post": "PM...", "Publish": "PM...", "Change": "PM...", "Withdraw": "PM...", "EndBooking": "PM...",
	"Apply": "..C..", "Retract": "..C..", "Accept": "PM...", "Decline": "PM...",
	"Allocate": ".M...", "AcceptOffer": "..C..", "DeclineOffer": "..C..",
	"AcknowledgeChange": "..C..", "RefuseChange": "..C..",
	"CancelBooking": "..C..", "DisputeCause": "PM...", "ConfirmCall": "PMC..",
	"OpenCase": "PM.S.", "ActionCase": "...S.", "RejectCase": "...S.", "RetractCase": "PM...",
	"RecordNoShow": "PM...", "EndEarly": "PMC..",
	"StateHours": "..C..", "ApproveHours": "PM...", "QueryHours": "PM...",
	"SendInvoice": "..C..", "QueryInvoice": "PM...", "PayInvoice": "PM...",
	"ProposeFee": "..C..", "CounterFee": "PM...", "AgreeFee": "PMC..", "WaiveFee": "..C..", "DisputeFee": "PMC..",
	"DeclareEarnings": "..C..",
	"SendMessage":     "PMC..", "SetPreferences": "PMCS.", "PublishPolicy": ".M...", "EraseText": "...SY",
	"Expire": "....Y", "Complete": "....Y", "LapseOffer": "....Y", "VoidChange": "....Y", "Recheck": "....Y", "Remind": "....Y",
	"AdvanceFee": "....Y",
}

// natural is who acts in each capacity: all of them have to do with the sessions of the forms.
var natural = []struct {
	letter byte
	actor  session.Actor
}{{'P', byLeeds}, {'M', byManager}, {'C', byAda}, {'S', bySupport}, {'Y', bySystem}}

// adapt makes the command of a form one of another actor's.
func adapt(st *stage, cmd reflect.Value, by session.Actor, may bool) {
	put(cmd, "By", by)
	switch c := cmd.Addr().Interface().(type) {
	case *booking.SendMessage:
		if c.To = "ada"; by.Capacity == session.AsClinician {
			c.To = ""
		}
	case *withdrawal.OpenCase:
		if c.Via = withdrawal.ByForm; by.Capacity == session.AsSupport {
			c.Via = withdrawal.ByEmail
		}
	case *notify.SetPreferences:
		c.Person = by.Person
		if by.Person == "" {
			c.Person = "p-ada"
		}
	case *withdrawal.AgreeFee:
		if may && by.Capacity == session.AsClinician {
			st.ok(withdrawal.CounterFee{Command: st.do(byLeeds), Booking: c.Booking, Amount: pounds(100)})
			c.Amount = pounds(100)
		}
	case *withdrawal.Withdraw:
		if may {
			c.Shown = st.withdrawal(by, c.Session)
		}
	case *withdrawal.EndBooking:
		if may {
			c.Shown = st.ending(by, c.Booking)
		}
	}
}

// TestP1EveryCommandInEveryCapacity tests each cell of the table.
func TestP1EveryCommandInEveryCapacity(t *testing.T) {
	forms := commandForms()
	for _, name := range commandNames() {
		if len(access[name]) != len(natural) {
			t.Errorf("P1 says nothing of %s", name)
			continue
		}
		for i, who := range natural {
			may := access[name][i] == who.letter
			t.Run(name+" "+who.actor.Capacity.String(), func(t *testing.T) {
				st := newStage(t)
				args := forms[name].args(st)
				adapt(st, args[0], who.actor, may)
				before := st.dump()
				_, err := call(t, st.desk, name, args)
				switch {
				case may && err != nil:
					t.Fatalf("refused: %T: %v", err, err)
				case !may:
					refused(t, err)
					st.untouched(t, before)
				case st.dump() == before:
					t.Error("nothing has changed")
				}
			})
		}
	}
}

// refused asks for an error that says no because of who asks.
func refused(t *testing.T, err error) {
	t.Helper()
	var forbidden *session.ForbiddenError
	var missing *session.NotFoundError
	if !errors.As(err, &forbidden) && !errors.As(err, &missing) {
		t.Fatalf("got %T %v, want forbidden or not found", err, err)
	}
	typed(t, err)
}

// rootOf is the field that names what a command is about; blank for what is about nothing that exists.
func rootOf(c reflect.Type) string {
	for _, name := range []string{"Reference", "Session", "Booking", "Application", "Invoice", "Case", "Text"} {
		if _, ok := c.FieldByName(name); ok {
			return name
		}
	}
	return ""
}

// TestP1StrangersSeeNothing lets strangers give every command about something that exists: they get the very answer
// that they get about nothing at all.
func TestP1StrangersSeeNothing(t *testing.T) {
	forms := commandForms()
	for _, name := range commandNames() {
		root := rootOf(reflect.TypeOf(forms[name].valid(newStage(t))[0]))
		if root == "" {
			continue
		}
		strangers := []session.Actor{byYork, byBath, bySouth, byCas}
		if root != "Session" && root != "Reference" {
			strangers = append(strangers, byBen) // a member of North may know of its sessions, but of no more
		}
		for _, by := range strangers {
			t.Run(name+" "+string(by.Person), func(t *testing.T) {
				st := newStage(t)
				args := forms[name].args(st)
				adapt(st, args[0], by, false)
				before := st.dump()
				_, err := call(t, st.desk, name, args)
				id := args[0].FieldByName(root).String()
				put(args[0], root, "nothing")
				_, unknown := call(t, st.desk, name, args)
				var missing *session.NotFoundError
				if !errors.As(err, &missing) || missing.Field != root || missing.ID != id {
					t.Fatalf("got %T %v", err, err)
				}
				if got, want := strings.ReplaceAll(err.Error(), id, "nothing"), unknown.Error(); got != want {
					t.Errorf("they can tell %q from %q", got, want)
				}
				st.untouched(t, before)
			})
		}
	}
}

// aboutAda are the commands by which the client's side or support decides something about the clinician of the forms.
var aboutAda = []string{
	"Accept", "Decline", "Allocate", "Change", "Withdraw", "EndBooking", "DisputeCause", "ConfirmCall", "OpenCase",
	"ActionCase", "RejectCase", "RetractCase", "RecordNoShow", "EndEarly", "ApproveHours", "QueryHours", "QueryInvoice",
	"PayInvoice", "CounterFee", "AgreeFee", "DisputeFee",
}

// everythingAllowed is a host's rule that opens everything to everybody.
func everythingAllowed(context.Context, desk.Request) (desk.Opinion, string) { return desk.Allow, "" }

// TestP1NobodyDecidesAboutThemselves lets Ada, who is also the practice, the rota manager and the support agent, decide
// about her own application, booking, hours, invoice and fee, with and without a host's rule that allows it.
func TestP1NobodyDecidesAboutThemselves(t *testing.T) {
	forms := commandForms()
	for _, name := range aboutAda {
		for _, who := range natural {
			by := who.actor
			if strings.IndexByte(access[name], who.letter) < 0 || by.Capacity == session.AsClinician {
				continue
			}
			by.Person = "p-ada"
			for _, rules := range [][]desk.Rule{nil, {everythingAllowed}} {
				t.Run(name+" "+by.Capacity.String(), func(t *testing.T) {
					st := newStage(t, func(o *desk.Options) { o.Rules = rules })
					args := forms[name].args(st)
					adapt(st, args[0], by, false)
					switch c := args[0].Addr().Interface().(type) {
					case *withdrawal.Withdraw:
						c.Shown = st.withdrawal(by, c.Session)
					case *withdrawal.EndBooking:
						c.Shown = st.ending(by, c.Booking)
					}
					before := st.dump()
					_, err := call(t, st.desk, name, args)
					var forbidden *session.ForbiddenError
					if !errors.As(err, &forbidden) {
						t.Fatalf("got %T %v", err, err)
					}
					typed(t, err)
					st.untouched(t, before)
				})
			}
		}
	}
}

// TestP1NoRuleOpensTheOtherSide lets Ada as the clinician do what is the other side's, with a rule that allows it.
func TestP1NoRuleOpensTheOtherSide(t *testing.T) {
	forms := commandForms()
	for _, name := range aboutAda {
		if strings.Contains(access[name], "C") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			st := newStage(t, func(o *desk.Options) { o.Rules = []desk.Rule{everythingAllowed} })
			args := forms[name].args(st)
			adapt(st, args[0], byAda, false)
			before := st.dump()
			_, err := call(t, st.desk, name, args)
			var stale *withdrawal.StaleError
			if errors.As(err, &stale) {
				err = stale.Now.Err()
			}
			refused(t, err)
			st.untouched(t, before)
		})
	}
}

func TestP1HostRules(t *testing.T) {
	accept := func(st *stage, by session.Actor) rota.Accept {
		a := st.applies(byAda, st.posts())
		return rota.Accept{Command: st.do(by), Application: a.Application.ID}
	}
	with := func(rules ...desk.Rule) func(*desk.Options) { return func(o *desk.Options) { o.Rules = rules } }
	t.Run("refuse", func(t *testing.T) {
		st := newStage(t, with(everythingAllowed, func(_ context.Context, r desk.Request) (desk.Opinion, string) {
			if r.Act != "accept an application" {
				return desk.NoOpinion, ""
			}
			if _, ok := r.Command.(rota.Accept); !ok || r.By != byLeeds || r.Session.State != session.Open {
				t.Errorf("asked about %+v", r)
			}
			return desk.Refuse, "the practice manager does that"
		}))
		c := accept(st, byLeeds)
		before := st.dump()
		_, err := st.desk.Accept(t.Context(), c)
		var forbidden *session.ForbiddenError
		if !errors.As(err, &forbidden) || forbidden.Why != "the practice manager does that" {
			t.Fatalf("got %T %v", err, err)
		}
		if want := "As a practice you may not accept an application: the practice manager does that."; err.Error() != want {
			t.Errorf("got %q", err)
		}
		st.untouched(t, before)
	})
	t.Run("allow", func(t *testing.T) {
		st := newStage(t, with(everythingAllowed))
		if _, err := st.desk.Accept(t.Context(), accept(st, bySupport)); err != nil {
			t.Errorf("support is refused in spite of the rule: %v", err)
		}
	})
	t.Run("no opinion", func(t *testing.T) {
		st := newStage(t, with(func(context.Context, desk.Request) (desk.Opinion, string) { return desk.NoOpinion, "" }))
		_, err := st.desk.Accept(t.Context(), accept(st, bySupport))
		refused(t, err)
	})
	t.Run("about a booking", func(t *testing.T) {
		asked := 0
		st := newStage(t, with(func(_ context.Context, r desk.Request) (desk.Opinion, string) {
			if _, ok := r.Command.(booking.RecordNoShow); ok && r.Booking.Clinician == "ada" && r.Session.Reference == r.Booking.Reference {
				asked++
			}
			return desk.NoOpinion, ""
		}))
		st.ok(booking.RecordNoShow{Booking: st.works().Booking.ID, Command: st.do(byLeeds), Reason: "Nobody came."})
		if asked != 1 {
			t.Errorf("asked %d times", asked)
		}
	})
	t.Run("what one can't see", func(t *testing.T) {
		forms := commandForms()
		for _, name := range commandNames() {
			st := newStage(t, with(everythingAllowed))
			args := forms[name].args(st)
			root := rootOf(args[0].Type())
			if root == "" {
				continue
			}
			for _, by := range []session.Actor{byYork, byBath, bySouth, byCas} {
				adapt(st, args[0], by, false)
				if _, err := call(t, st.desk, name, args); named(err) != root {
					t.Errorf("%s by %s: got %T %v", name, by.Person, err, err)
				}
			}
		}
	})
}

// TestP1Allocating tells nobody who is in the directory.
func TestP1AllocatingTellsNobodyWhoThereIs(t *testing.T) {
	for _, by := range []session.Actor{byLeeds, bySouth, byBen, bySupport} {
		st := newStage(t)
		s := st.posts()
		var texts []string
		for _, who := range []session.ClinicianID{"cas", "nobody-knows-them"} {
			_, err := st.desk.Allocate(t.Context(), rota.Allocate{Command: st.do(by), Session: s.ID, Clinician: who})
			refused(t, err)
			texts = append(texts, err.Error())
		}
		if texts[0] != texts[1] {
			t.Errorf("%s can tell %q from %q", by.Person, texts[0], texts[1])
		}
	}
	st := newStage(t)
	s := st.posts()
	for _, who := range []session.ClinicianID{"cas", "nobody-knows-them"} {
		_, err := st.desk.Allocate(t.Context(), rota.Allocate{Command: st.do(byManager), Session: s.ID, Clinician: who})
		if named(err) != "Clinician" || err.Error() != `There is no clinician "`+string(who)+`".` {
			t.Errorf("got %T %v", err, err)
		}
	}
}

// TestP1QueriesOfStrangers lets strangers ask about everything that exists.
func TestP1QueriesOfStrangers(t *testing.T) {
	forms := queryForms()
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		f := forms[name]
		if f.labels[0] != "By" || len(f.labels) < 2 || f.labels[1] == "" || f.labels[1] == "Page" || f.labels[1] == "Within" {
			continue // it names nothing that could be somebody else's
		}
		label := f.labels[1]
		for _, by := range []session.Actor{byBath, bySouth, byCas} {
			t.Run(name+" "+string(by.Person), func(t *testing.T) {
				st := newStage(t)
				args := f.args(st)
				args[0].Set(reflect.ValueOf(by))
				before := st.dump()
				_, err := call(t, st.desk, name, args)
				id := args[1].String()
				args[1].SetString("nothing")
				_, unknown := call(t, st.desk, name, args)
				if named(err) != label {
					t.Fatalf("got %T %v", err, err)
				}
				if got := strings.ReplaceAll(err.Error(), id, "nothing"); got != unknown.Error() {
					t.Errorf("they can tell %q from %q", got, unknown)
				}
				st.untouched(t, before)
			})
		}
	}
}
