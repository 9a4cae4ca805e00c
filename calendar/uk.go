package calendar

import (
	"slices"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/gb"
)

// The years that UK calendars cover. Before 2011 holidays would need one-off
// days that are not listed here; after 2040 rules are too bold a guess.
const (
	ukFirst = 2011
	ukLast  = 2040
)

// UK returns the calendar of a division of the United Kingdom: Europe/London
// and its bank holidays from 2011 to 2040, with the names that gov.uk gives
// them (T1, T2). They are exact as far as the government has published them,
// and follow from its rules beyond; [Calendar.With] adds what is proclaimed
// later. It is made once and shared.
//
// An unknown division is a [*FieldError]. Where the machine has no data on
// Europe/London, the error is a [*ZoneError].
func UK(d Division) (*Calendar, error) {
	if !d.Valid() {
		return nil, divisionError()
	}
	ukMade.Lock()
	defer ukMade.Unlock()
	if ukMade.calendars[d] == nil {
		c, err := newUK(d, "Europe/London")
		if err != nil {
			return nil, err
		}
		ukMade.calendars[d] = c
	}
	return ukMade.calendars[d], nil
}

var ukMade struct {
	sync.Mutex
	calendars [NorthernIreland + 1]*Calendar
}

func newUK(d Division, zone string) (*Calendar, error) {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, &ZoneError{Zone: zone, Err: err}
	}
	return New(Options{Location: loc, Holidays: UKHolidays(d), First: ukFirst, Last: ukLast})
}

// UKHolidays returns the rules of a division's bank holidays, for a calendar
// of other years or with rules of the host's own; nil for an unknown division.
// The slice is the caller's, the rules are shared and not to be changed.
func UKHolidays(d Division) []*cal.Holiday {
	switch d {
	case EnglandAndWales:
		return slices.Concat(ukEverywhere, ukNotScotland)
	case Scotland:
		return slices.Concat(ukEverywhere, ukScotland)
	case NorthernIreland:
		return slices.Concat(ukEverywhere, ukNotScotland, ukNorthernIreland)
	}
	return nil
}

// Two days in a row that both are holidays cannot both move to Monday. gov.uk
// moves the one that falls on the weekend past the other, so that each has the
// same table: 26 December 2022, a Monday, is Boxing Day, and Christmas Day is
// on the 27th.
var (
	nextMonday  = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}
	twoDaysOn   = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}}
	afterSunday = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 2}, {Day: time.Monday, Offset: 1}}
)

// The holidays that all divisions share.
var ukEverywhere = []*cal.Holiday{
	named(gb.GoodFriday, "Good Friday"),
	// In 2020 moved by four days, for the 75th anniversary of VE day.
	named(gb.EarlyMay, "Early May bank holiday"),
	once("Early May bank holiday (VE day)", 2020, time.May, 8),
	// In 2012 and 2022 moved next to the jubilees.
	except(named(gb.SpringHoliday, "Spring bank holiday"), 2012, 2022),
	once("Spring bank holiday", 2012, time.June, 4),
	once("Spring bank holiday", 2022, time.June, 2),
	moved(aa.ChristmasDay, "Christmas Day", twoDaysOn),
	moved(aa.ChristmasDay2, "Boxing Day", twoDaysOn),
	once("Royal wedding", 2011, time.April, 29),
	once("Queen’s Diamond Jubilee", 2012, time.June, 5),
	once("Platinum Jubilee bank holiday", 2022, time.June, 3),
	once("Bank Holiday for the State Funeral of Queen Elizabeth II", 2022, time.September, 19),
	once("Bank holiday for the coronation of King Charles III", 2023, time.May, 8),
}

var ukNotScotland = []*cal.Holiday{
	moved(aa.NewYear, "New Year’s Day", nextMonday),
	named(gb.EasterMonday, "Easter Monday"),
	named(gb.SummerHoliday, "Summer bank holiday"),
}

var ukNorthernIreland = []*cal.Holiday{
	fixed("St Patrick’s Day", time.March, 17, nextMonday),
	fixed("Battle of the Boyne (Orangemen’s Day)", time.July, 12, nextMonday),
}

var ukScotland = []*cal.Holiday{
	// Which of the two is on the Monday after New Year on a Sunday has been
	// published either way round: 2nd January in 2017, New Year’s Day in 2023.
	until(moved(aa.NewYear, "New Year’s Day", twoDaysOn), 2017),
	until(fixed("2nd January", time.January, 2, twoDaysOn), 2017),
	since(moved(aa.NewYear, "New Year’s Day", nextMonday), 2018),
	since(fixed("2nd January", time.January, 2, afterSunday), 2018),
	named(gb.SummerHolidayScotland, "Summer bank holiday"),
	fixed("St Andrew’s Day", time.November, 30, nextMonday),
	once("World Cup bank holiday", 2026, time.June, 15),
}

func named(h *cal.Holiday, name string) *cal.Holiday {
	return h.Clone(&cal.Holiday{Name: name, Type: cal.ObservanceBank})
}

func moved(h *cal.Holiday, name string, to []cal.AltDay) *cal.Holiday {
	return h.Clone(&cal.Holiday{Name: name, Type: cal.ObservanceBank, Observed: to})
}

func fixed(name string, month time.Month, day int, to []cal.AltDay) *cal.Holiday {
	return &cal.Holiday{
		Name: name, Type: cal.ObservanceBank, Month: month, Day: day, Observed: to, Func: cal.CalcDayOfMonth,
	}
}

func once(name string, year int, month time.Month, day int) *cal.Holiday {
	return fixed(name, month, day, nil).Clone(&cal.Holiday{StartYear: year, EndYear: year})
}

func except(h *cal.Holiday, years ...int) *cal.Holiday {
	return h.Clone(&cal.Holiday{Except: years})
}

func since(h *cal.Holiday, year int) *cal.Holiday { return h.Clone(&cal.Holiday{StartYear: year}) }

func until(h *cal.Holiday, year int) *cal.Holiday { return h.Clone(&cal.Holiday{EndYear: year}) }
