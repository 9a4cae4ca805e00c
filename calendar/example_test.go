package calendar_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/rickar/cal/v2/ie"

	"github.com/sessional-go/sessional/calendar"
)

// Whether a practice can still withdraw a session itself, and until when.
func Example() {
	uk, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		log.Fatal(err)
	}
	week := calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}
	start := time.Date(2026, time.July, 14, 7, 0, 0, 0, time.UTC) // 08:00 in London
	now := time.Date(2026, time.July, 7, 23, 0, 0, 0, time.UTC)   // already the 8th there

	cut, err := uk.CutOff(week, start)
	if err != nil {
		log.Fatal(err)
	}
	given, err := uk.Given(week, now, start)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("needs", week, "until", uk.Words(cut))
	fmt.Println("late:", cut.Late(now), "with", week.Unit.Count(given))
	// Output:
	// needs at least 7 days until the end of Tue 7 Jul
	// late: true with 6 days
}

func ExampleCalendar_BusinessDays() {
	// Over Easter: the Monday is a holiday in England and Wales alone.
	from := time.Date(2026, time.April, 1, 12, 0, 0, 0, time.UTC)
	to := time.Date(2026, time.April, 9, 8, 0, 0, 0, time.UTC)
	for _, d := range []calendar.Division{calendar.EnglandAndWales, calendar.Scotland} {
		uk, err := calendar.UK(d)
		if err != nil {
			log.Fatal(err)
		}
		n, err := uk.BusinessDays(from, to)
		fmt.Println(d, n, err)
	}
	// Output:
	// england-and-wales 4 <nil>
	// scotland 5 <nil>
}

// A one-off day is proclaimed: the calendar in use stays as it is.
func ExampleCalendar_With() {
	uk, err := calendar.UK(calendar.Scotland)
	if err != nil {
		log.Fatal(err)
	}
	day := calendar.MustDate(2029, time.June, 4)
	changed, err := uk.With([]calendar.Holiday{{Date: day, Name: "Proclaimed"}}, nil)
	if err != nil {
		log.Fatal(err)
	}
	before, _ := uk.IsBusinessDay(day)
	after, _ := changed.IsBusinessDay(day)
	fmt.Println(day.Long(), before, after)
	// Output: Mon 4 Jun 2029 true false
}

// What a person wrote becomes an instant, unless a clock change is in the way.
func ExampleCalendar_Resolve() {
	uk, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		log.Fatal(err)
	}
	half := calendar.MustClock(1, 30)

	_, err = uk.Resolve(calendar.Local{Date: calendar.MustDate(2026, time.March, 29), Clock: half})
	var gap *calendar.GapError
	if errors.As(err, &gap) {
		fmt.Println("choose", gap.Before.Clock, "or", gap.After.Clock)
	}
	october := calendar.Local{Date: calendar.MustDate(2026, time.October, 25), Clock: half}
	_, err = uk.Resolve(october)
	fmt.Println(err)
	october.Fold = calendar.Later
	fmt.Println(uk.Resolve(october))
	// Output:
	// choose 00:59 or 02:00
	// 01:30 on Sun 25 Oct 2026 happens twice, because the clocks go back: say whether the earlier (01:30 BST) or the later (01:30 GMT) is meant.
	// 2026-10-25 01:30:00 +0000 GMT <nil>
}

// Any list of holidays of rickar/cal makes a calendar.
func ExampleNew() {
	dublin, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		log.Fatal(err)
	}
	c, err := calendar.New(calendar.Options{Location: dublin, Holidays: ie.Holidays, First: 2026, Last: 2030})
	if err != nil {
		log.Fatal(err)
	}
	h, ok, err := c.Holiday(calendar.MustDate(2026, time.March, 17))
	fmt.Println(h.Name, ok, err)
	_, err = c.IsBusinessDay(calendar.MustDate(2031, time.March, 17))
	fmt.Println(err)
	// Output:
	// Saint Patrick's Day true <nil>
	// Mon 17 Mar 2031 is outside the years 2026 to 2030 whose holidays this calendar knows.
}

func ExampleHours() {
	uk, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		log.Fatal(err)
	}
	var support calendar.Hours
	err = json.Unmarshal([]byte(`{
		"windows": [{"days": "mon-fri", "from": "09:00", "to": "17:30"}],
		"closed": {"all_holidays": true}
	}`), &support)
	if err != nil {
		log.Fatal(err)
	}
	maundyThursday := time.Date(2026, time.April, 2, 18, 0, 0, 0, time.UTC)
	open, _ := support.Open(uk, maundyThursday)
	next, _ := support.Next(uk, maundyThursday)
	fmt.Println(open, next.Format("Mon 2 Jan 15:04"))
	// Output: false Tue 7 Apr 09:00
}
