package desk_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// A practice posts a session, a clinician finds it and applies, and the practice accepts.
func ExampleDesk() {
	ctx := context.Background()
	d := surgery(time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC))
	practice := session.Practice("jo", "north", "leeds")
	ada := session.Clinician("ada-lovelace", "ada")

	posted, err := d.Post(ctx, session.Post{
		Command: session.Do(desk.NewID(), practice), Practice: "leeds", Role: "GP", Channel: session.Rota,
		Start: calendar.Local{Date: calendar.MustDate(2026, 7, 14), Clock: calendar.MustClock(8, 0)},
		End:   calendar.Local{Date: calendar.MustDate(2026, 7, 14), Clock: calendar.MustClock(18, 0)},
		Break: time.Hour,
		Rate:  session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(posted.Reference, posted.State, posted.Terms.Worth())

	work, err := d.FindWork(ctx, rota.FindWork{By: ada, Channel: session.Rota})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range work.Items {
		fmt.Println(l.Session.Reference, l.Words())
	}

	applied, err := d.Apply(ctx, rota.Apply{Command: session.Do(desk.NewID(), ada), Session: posted.ID})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("application", applied.Application.State)

	booked, err := d.Accept(ctx, rota.Accept{
		Command: session.Do(desk.NewID(), practice), Application: applied.Application.ID,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("session", booked.Session.State, "booking", booked.Booking.State)

	// Output:
	// #401000001 open £630.00
	// #401000001 Nobody has applied yet
	// application pending
	// session filled booking confirmed
}

// A screen asks first, and shows what it is told; the act carries what was shown. A week before the session, the
// practice withdraws it itself; a retry of the same command gets the same answer.
func ExampleDesk_Withdraw() {
	ctx := context.Background()
	d := surgery(time.Date(2026, 7, 7, 9, 0, 0, 0, time.UTC))
	practice := session.Practice("jo", "north", "leeds")
	id := booked(ctx, d)

	shown, err := d.AssessWithdrawal(ctx, practice, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("allowed:", shown.Allowed, "reason needed:", shown.Reason, "fee:", shown.Fee)

	command := withdrawal.Withdraw{Command: session.Do("withdraw-1", practice), Session: id, Shown: shown.Shown}
	if _, err = d.Withdraw(ctx, command); err != nil {
		fmt.Println(err)
	}

	command.Reason = "The building is closed."
	for range 2 {
		withdrawn, err := d.Withdraw(ctx, command)
		fmt.Println(withdrawn.Session.State, withdrawn.Booking.Ending.Route, err)
	}

	// Output:
	// allowed: true reason needed: true fee: false
	// Reason is missing.
	// withdrawn self_service <nil>
	// withdrawn self_service <nil>
}

// Inside the notice the practice can't do it alone. The refusal is a typed error with the way forward, which is a
// support case.
func ExampleDesk_OpenCase() {
	ctx := context.Background()
	d := surgery(time.Date(2026, 7, 10, 9, 0, 0, 0, time.UTC))
	practice := session.Practice("jo", "north", "leeds")
	id := booked(ctx, d)

	shown, err := d.AssessWithdrawal(ctx, practice, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = d.Withdraw(ctx, withdrawal.Withdraw{
		Command: session.Do("withdraw-1", practice), Session: id, Shown: shown.Shown, Reason: "The building is closed.",
	})
	var notice *withdrawal.NoticeError
	if !errors.As(err, &notice) {
		fmt.Println("not refused:", err)
		return
	}
	fmt.Println(notice.Code(), "until", notice.Words)
	fmt.Println("Please", notice.Way)

	opened, err := d.OpenCase(ctx, withdrawal.OpenCase{
		Command: session.Do("case-1", practice), Reference: shown.Reference, PracticeName: "Leeds Surgery",
		Date: calendar.MustDate(2026, 7, 14), Reason: "The building is closed.", Via: withdrawal.ByForm,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	support := session.Support("sam")
	actioned, err := d.ActionCase(ctx, withdrawal.ActionCase{Command: session.Do("action-1", support), Case: opened.ID})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("session", actioned.Session.State, "fee", actioned.Fee.State, "at most", actioned.Fee.Cap)

	// Output:
	// short_notice until the end of Tue 7 Jul
	// Please call 01632 960999 or write to support@example.org
	// session withdrawn fee claimable at most £630.00
}

// surgery is a desk with one practice in Leeds and one clinician, whose clock stands still.
func surgery(now time.Time) *desk.Desk {
	england, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		panic(err)
	}
	directory := memory.NewDirectory()
	directory.AddProvider(session.ProviderFacts{ID: "north"}, notify.Person{ID: "max", Email: "max@example.org"})
	directory.AddPractice(session.PracticeFacts{
		ID: "leeds", Provider: "north", Name: "Leeds Surgery", Calendar: england, Phone: "01632 960001",
	}, notify.Person{ID: "jo", Email: "jo@example.org"})
	directory.SetSupport(session.SupportFacts{Phone: "01632 960999", Email: "support@example.org"}, notify.Person{ID: "sam"})
	ada := rota.ClinicianFacts{
		ID: "ada", Person: "ada-lovelace", Roles: []session.Role{"GP"},
		Memberships: []rota.Membership{{Provider: "north", Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		ada.Documents = append(ada.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2027, 3, 31)})
	}
	directory.AddClinician(ada, notify.Person{Name: "Ada Lovelace", Email: "ada@example.org"})

	d, err := desk.New(desk.Options{
		Store: memory.New(), Directory: directory, Now: func() time.Time { return now },
	})
	if err != nil {
		panic(err)
	}
	return d
}

// booked posts the session of 14 July, and puts Ada on it.
func booked(ctx context.Context, d *desk.Desk) session.SessionID {
	posted, err := d.Post(ctx, session.Post{
		Command: session.Do("post-1", session.Practice("jo", "north", "leeds")), Practice: "leeds", Role: "GP",
		Channel: session.Rota,
		Start:   calendar.Local{Date: calendar.MustDate(2026, 7, 14), Clock: calendar.MustClock(8, 0)},
		End:     calendar.Local{Date: calendar.MustDate(2026, 7, 14), Clock: calendar.MustClock(18, 0)},
		Break:   time.Hour,
		Rate:    session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
	})
	if err != nil {
		panic(err)
	}
	manager := session.RotaManager("max", "north")
	if _, err := d.Allocate(ctx, rota.Allocate{
		Command: session.Do("allocate-1", manager), Session: posted.ID, Clinician: "ada",
	}); err != nil {
		panic(err)
	}
	return posted.ID
}
