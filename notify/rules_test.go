package notify_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// say writes notices as "kind>audience", in order.
func say(notices []notify.Notice) []string {
	var all []string
	for _, n := range notices {
		all = append(all, fmt.Sprintf("%s>%s", n.Kind, n.Audience))
	}
	return all
}

func both(kind notify.Kind) []string {
	return []string{string(kind) + ">practice", string(kind) + ">rota_managers"}
}

func TestWhoIsToldWhat(t *testing.T) {
	system, sue := session.System(), session.Support("sue")
	type facts = session.Facts
	clinician := func(k notify.Kind) []string { return []string{string(k) + ">booked_clinician"} }
	for _, c := range []struct {
		name     string
		kind     session.EventKind
		from, to string
		by       session.Actor
		facts    facts
		want     []string
	}{
		{"W1 pending applicants of an unfilled session", "session.withdrawn", "open", "withdrawn", bob, facts{"round": "2"},
			[]string{"session_withdrawn>pending_applicants"}},
		{"W2 a filled one is told by its booking", "session.withdrawn", "filled", "withdrawn", bob, facts{"round": "2"}, nil},
		{"W2 the booked clinician", "booking.cancelled", "confirmed", "cancelled", bob, facts{"route": "self_service"},
			clinician(notify.BookingWithdrawn)},
		{"W2 a booking ended, the session kept", "booking.cancelled", "confirmed", "cancelled", bob,
			facts{"route": "self_service", "keep": "true"}, clinician(notify.BookingCancelled)},
		{"W5 Rota Pro", "booking.cancelled", "confirmed", "cancelled", rosa, facts{"route": "rota_pro"},
			clinician(notify.BookingWithdrawn)},
		{"W4 by support", "booking.cancelled", "confirmed", "cancelled", sue, facts{"route": "support_case"},
			clinician(notify.BookingWithdrawn)},
		{"W4 support is asked", "support_case.opened", "", "open", bob, nil, []string{"case_opened>support"}},
		{"W4 an urgent case", "support_case.opened", "", "open", bob, facts{"urgent": "true"},
			append([]string{"case_opened>support"}, both(notify.CaseUrgent)...)},
		{"W4 actioned", "support_case.actioned", "open", "actioned", sue, nil, both(notify.CaseActioned)},
		{"W4 settled otherwise", "support_case.actioned", "open", "actioned", ann, facts{"settled": "cancellation"},
			[]string{"case_closed>support"}},
		{"W4 rejected", "support_case.rejected", "open", "rejected", sue, nil, both(notify.CaseRejected)},
		{"W4 retracted", "support_case.retracted", "open", "retracted", bob, nil, []string{"case_closed>support"}},
		{"W8 the clinician cancels", "booking.cancelled", "confirmed", "cancelled", ann, facts{"route": "own_cancellation"},
			both(notify.ClinicianCancelled)},
		{"W9 and has to ring", "booking.cancelled", "confirmed", "cancelled", ann,
			facts{"route": "own_cancellation", "call": "true"},
			append(clinician(notify.CallDue), both(notify.ClinicianCancelled)...)},
		{"W10 a no-show", "booking.no_show", "confirmed", "no_show", bob, nil, clinician(notify.NoShow)},
		{"A1 allocated", "booking.confirmed", "", "confirmed", rosa, facts{"origin": "allocated"},
			clinician(notify.Allocated)},
		{"A1 offered", "booking.offered", "", "offered", rosa, facts{"origin": "allocated"}, clinician(notify.Offered)},
		{"A1 A8 offer accepted", "booking.confirmed", "offered", "confirmed", ann, facts{"origin": "allocated"},
			append(clinician(notify.Allocated), both(notify.OfferAnswered)...)},
		{"A1 A8 offer declined", "booking.offer_declined", "offered", "cancelled", ann, nil,
			append(clinician(notify.OfferLapsed), both(notify.OfferAnswered)...)},
		{"A1 offer lapsed", "booking.offer_lapsed", "offered", "cancelled", system, nil,
			append(clinician(notify.OfferLapsed), both(notify.OfferAnswered)...)},
		{"A4 applied", "application.made", "", "pending", ann, facts{"choosing": "review"}, both(notify.ApplicationReceived)},
		{"A5 first come first served", "application.made", "", "pending", ann, facts{"choosing": "first_come"}, nil},
		{"A4 declined", "application.declined", "pending", "declined", bob, nil, []string{"application_declined>applicant"}},
		{"A6 accepted", "booking.confirmed", "", "confirmed", bob, facts{"origin": "applied"},
			clinician(notify.BookingConfirmed)},
		{"A6 first come first served", "booking.confirmed", "", "confirmed", ann, facts{"origin": "applied"},
			append(clinician(notify.BookingConfirmed), both(notify.SessionFilled)...)},
		{"A6 everybody else who applied", "session.filled", "open", "filled", bob, facts{"round": "0"},
			[]string{"application_gone>pending_applicants"}},
		{"A4 expired with applicants", "session.expired", "open", "expired", system, facts{"round": "1"},
			[]string{"application_gone>pending_applicants"}},
		{"A4 expired after an offer", "session.expired", "filled", "expired", system, nil, nil},
		{"A3 both sides", "booking.eligibility_lost", "", "", system, nil,
			append(clinician(notify.EligibilityChanged), both(notify.EligibilityChanged)...)},
		{"A3 restored", "booking.eligibility_restored", "", "", system, nil,
			append(clinician(notify.EligibilityChanged), both(notify.EligibilityChanged)...)},
		{"S5 updated", "booking.updated", "", "", bob, nil, clinician(notify.SessionUpdated)},
		{"S5 to be acknowledged", "booking.change_proposed", "", "", bob, nil, clinician(notify.ChangeToAcknowledge)},
		{"S5 undone", "booking.change_withdrawn", "", "", bob, nil, clinician(notify.SessionUpdated)},
		{"S5 A8 acknowledged", "booking.change_acknowledged", "", "", ann, nil,
			append(clinician(notify.SessionUpdated), both(notify.ChangeAnswered)...)},
		{"S5 refused", "booking.cancelled", "confirmed", "cancelled", ann, facts{"route": "change_refused"},
			both(notify.ChangeAnswered)},
		{"S5 void", "booking.change_void", "", "", system, nil,
			append(clinician(notify.ChangeVoid), both(notify.ChangeVoid)...)},
		{"B1 disputed cause", "booking.cause_disputed", "", "", bob, nil, clinician(notify.CauseDisputed)},
		{"B1 ended early, says the practice", "booking.ended_early", "confirmed", "completed", bob, nil,
			clinician(notify.EndedEarly)},
		{"B1 ended early, says the clinician", "booking.ended_early", "confirmed", "completed", ann, nil,
			both(notify.EndedEarly)},
		{"B2 hours stated", "hours.stated", "", "stated", ann, nil, both(notify.HoursStated)},
		{"B2 hours approved", "hours.approved", "stated", "approved", bob, nil, clinician(notify.HoursApproved)},
		{"B2 hours queried", "hours.queried", "stated", "queried", bob, nil, clinician(notify.HoursQueried)},
		{"B2 invoice sent", "invoice.sent", "awaiting", "sent", ann, nil, both(notify.InvoiceSent)},
		{"B2 invoice queried", "invoice.queried", "sent", "queried", bob, nil, clinician(notify.InvoiceQueried)},
		{"B2 invoice paid", "invoice.paid", "sent", "paid", bob, nil, clinician(notify.InvoicePaid)},
		{"B3 the clinician writes", "message.sent", "", "", ann, nil, both(notify.NewMessage)},
		{"B3 the practice writes", "message.sent", "", "", bob, nil, clinician(notify.NewMessage)},
		{"W7 claimable", "fee.claimable", "", "claimable", bob, nil, clinician(notify.FeeClaimable)},
		{"W7 proposed", "fee.proposed", "claimable", "proposed", ann, nil, both(notify.FeeProposed)},
		{"W7 countered", "fee.countered", "proposed", "countered", bob, nil, clinician(notify.FeeCountered)},
		{"W7 agreed by the client", "fee.agreed", "proposed", "agreed", bob, nil, clinician(notify.FeeAgreed)},
		{"W7 agreed by the clinician", "fee.agreed", "countered", "agreed", ann, nil, both(notify.FeeAgreed)},
		{"W7 waived", "fee.waived", "proposed", "waived", ann, nil, both(notify.FeeWaived)},
		{"W7 lapsed", "fee.lapsed", "claimable", "lapsed", system, nil, clinician(notify.FeeLapsed)},
		{"W7 disputed by time", "fee.disputed", "proposed", "disputed", system, nil,
			slices.Concat([]string{"fee_disputed>support"}, clinician(notify.FeeDisputed), both(notify.FeeDisputed))},
		{"W7 disputed by the clinician", "fee.disputed", "countered", "disputed", ann, nil,
			append([]string{"fee_disputed>support"}, both(notify.FeeDisputed)...)},
		{"W7 earnings", "fee.earnings_declared", "", "", ann, nil, both(notify.EarningsDeclared)},
		{"N2 somebody whom nothing reached", notify.EventUnreachable, "", "", system, nil,
			[]string{"unreachable>practice", "unreachable>support"}},
		{"N3 a digest", notify.EventDigest, "", "", system, nil, []string{"digest>applicant"}},
		{"an unknown event", "session.sneezed", "", "", system, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := event(c.kind, c.by, c.facts)
			e.From, e.To = c.from, c.to
			equal(t, "told", say(notify.For(e)), c.want)
		})
	}
}

func TestA6NoticeOfARoundThatEnded(t *testing.T) {
	e := event("session.filled", rosa, session.Facts{"round": "3"})
	equal(t, "notices", notify.For(e), []notify.Notice{{
		Kind: notify.ApplicationGone, Audience: notify.PendingApplicants, Clinician: "dr-ann", Practice: "leeds", Round: 3,
	}})
	for _, round := range []string{"", "x"} {
		e.Facts["round"] = round
		if got := notify.For(e); got != nil {
			t.Errorf("round %q: %v told of no round", round, got)
		}
	}
}

// Every kind of event that a package declares is in the table, those that tell nobody among them: nobody can add one
// and forget whom it tells (N4). Sources are read rather than packages imported, since most stand above this one.
func TestN4EveryEventKindIsKnown(t *testing.T) {
	known := notify.Kinds()
	if !slices.IsSorted(known) {
		t.Error("the kinds are not in order")
	}
	declared := make(map[session.EventKind]bool)
	for _, dir := range []string{".", "../session", "../booking", "../withdrawal", "../rota", "../rota/desk",
		"../rota/keeper"} {
		names, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			for _, kind := range eventKinds(t, name) {
				declared[kind] = true
				if !slices.Contains(known, kind) {
					t.Errorf("%s declares %s, which the table of rules doesn't know", name, kind)
				}
			}
		}
	}
	for _, kind := range known {
		if len(declared) > 0 && !declared[kind] {
			t.Errorf("the table knows %s, which nobody declares", kind)
		}
	}
}

// eventKinds reads the constants of type session.EventKind that a file declares.
func eventKinds(t *testing.T, name string) []session.EventKind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []session.EventKind
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil {
			return true
		}
		var typ string
		switch x := spec.Type.(type) {
		case *ast.Ident:
			typ = x.Name
		case *ast.SelectorExpr:
			typ = x.Sel.Name
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok && typ == "EventKind" {
				kind, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				kinds = append(kinds, session.EventKind(kind))
			}
		}
		return true
	})
	return kinds
}

// The table says nothing that has no text, and everything that has a text is said by somebody: but for reminders,
// which time brings about.
func TestN6EveryKindIsToldByAnEventAndHasAText(t *testing.T) {
	told := make(map[notify.Kind]bool)
	told[notify.Reminder] = true
	for _, kind := range notify.Kinds() {
		for _, by := range []session.Actor{ann, bob, session.System()} {
			for _, from := range []string{"", "open", "offered"} {
				for _, facts := range []session.Facts{
					{"round": "1", "origin": "applied"}, {"route": "self_service", "keep": "true", "urgent": "true"},
					{"route": "self_service"}, {"route": "own_cancellation", "call": "true"}, {"settled": "cancellation"},
				} {
					e := event(kind, by, facts)
					e.From = from
					for _, n := range notify.For(e) {
						told[n.Kind] = true
						trait(t, n.Kind)
					}
				}
			}
		}
	}
	for _, k := range notify.MessageKinds() {
		if !told[k] {
			t.Errorf("no event tells %s", k)
		}
	}
	texts, err := fs.Glob(notify.Embedded, "texts/en/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range texts {
		if _, ok := notify.Kind(strings.TrimSuffix(filepath.Base(name), ".txt")).Trait(); !ok {
			t.Errorf("%s is the text of no kind", name)
		}
	}
}

// Rules depend on the event alone, and change nothing in it.
func TestN4RulesArePure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := event(rapid.SampledFrom(notify.Kinds()).Draw(t, "kind"), rapid.SampledFrom([]session.Actor{ann, bob,
			rosa, session.System()}).Draw(t, "by"),
			session.Facts(rapid.MapOf(rapid.SampledFrom([]string{"round", "route", "origin", "urgent", "call", "keep",
				"choosing"}),
				rapid.SampledFrom([]string{"1", "true", "applied", "rota_pro", "own_cancellation", "first_come",
					""})).Draw(t, "facts")))
		e.From = rapid.SampledFrom([]string{"", "open", "offered", "filled"}).Draw(t, "from")
		before := fmt.Sprint(e)
		first, second := notify.For(e), notify.For(e)
		if fmt.Sprint(first) != fmt.Sprint(second) || fmt.Sprint(e) != before {
			t.Fatalf("%v then %v", first, second)
		}
	})
}

func TestN3Opens(t *testing.T) {
	e := event("session.posted", bob, nil)
	e.Subject = session.Subject{Kind: session.KindSession, ID: "s1"}
	for _, c := range []struct {
		from, to string
		want     bool
	}{{"", "open", true}, {"draft", "open", true}, {"filled", "open", true}, {"", "draft", false}, {"open",
		"filled", false}, {"open", "open", false}} {
		e.From, e.To = c.from, c.to
		equal(t, c.from+" to "+c.to, notify.Opens(e), c.want)
	}
	e.From, e.To, e.Subject.Kind = "", "open", session.KindCase
	if notify.Opens(e) {
		t.Error("a support case became available")
	}
}
