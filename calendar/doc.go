// Package calendar knows days, bank holidays, notice and opening hours, as the
// clock on a practice's wall has them.
//
// Everything starts from a [Calendar], which joins a time zone with a list of
// holidays: [UK] has those of the three divisions of the United Kingdom, and
// [New] takes any list of github.com/rickar/cal. A calendar is immutable,
// computed in advance and safe to share; [Calendar.With] makes another one
// with a proclaimed day more.
//
// Rules about deadlines are all of one kind, a [Notice]: an amount, a unit, and
// whether exactly that amount is enough. Together with the start of a session
// it makes a [CutOff], the instant at which the answer changes:
//
//	week := calendar.Notice{Amount: 7, Unit: calendar.CalendarDays}
//	cut, err := uk.CutOff(week, start)
//	…
//	if cut.Late(now) {
//		fmt.Println("had to be done by", uk.Words(cut))
//	}
//
// What people write, a date and a time of day, is a [Local], and becomes an
// instant by [Calendar.Resolve], which refuses what a clock change makes
// meaningless or ambiguous. [Hours] are weekly opening hours.
//
// Nothing here reads a clock or the machine's own zone: now is always an
// argument, and instants may be given in any zone. Nothing panics on any
// input, except the two Must functions, which are for literals. Errors are
// typed, have a stable Code, and read as sentences.
package calendar
