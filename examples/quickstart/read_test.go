package main

import (
	"strings"
	"testing"
)

// least is the smallest export there is, of required columns only.
func least() string {
	return `[providers]
id,name
p,Provider

[practices]
id,name,provider,division,phone
s,Surgery,p,england-and-wales,0113 496 0000

[clinicians]
id,name,roles
c,Dr Ada Example,GP

[sessions]
id,practice,role,date,start,end,rate
1,s,GP,2026-04-07,08:30,18:00,85
`
}

func TestMistakes(t *testing.T) {
	replace := func(old, with string) string {
		if !strings.Contains(least(), old) {
			t.Fatalf("the least export has no %q", old)
		}
		return strings.Replace(least(), old, with, 1)
	}
	session := func(row string) string { return replace("1,s,GP,2026-04-07,08:30,18:00,85", row) }
	wide := func(column, value string) string {
		return replace("start,end,rate\n1,s,GP,2026-04-07,08:30,18:00,85", "start,end,rate,"+column+"\n1,s,GP,2026-04-07,08:30,18:00,85,"+value)
	}
	person := func(column, value string) string {
		return replace("id,name,roles\nc,Dr Ada Example,GP", "id,name,roles,"+column+"\nc,Dr Ada Example,GP,"+value)
	}
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"date", session("1,s,GP,7/4/2026,08:30,18:00,85"), []string{`15:8: date: expected a date such as 2026-04-07, not "7/4/2026"`}},
		{"no such date", session("1,s,GP,2026-02-30,08:30,18:00,85"), []string{`15:8: date: expected a date such as`}},
		{"blank date", session("1,s,GP,,08:30,18:00,85"), []string{`15:8: date: this is blank: expected a date`}},
		{"start", session("1,s,GP,2026-04-07,8.30,18:00,85"), []string{`15:19: start: expected a time such as 08:30, not "8.30"`}},
		{"end", session("1,s,GP,2026-04-07,08:30,,85"), []string{`15:25: end: this is blank: expected a time`}},
		{"T5 a time that the clocks skip", session("1,s,GP,2026-03-29,01:30,08:00,85"), []string{
			`15:19: start: There is no 01:30 on Sun 29 Mar 2026`, "00:59", "02:00"}},
		{"T5 an end that the clocks skip", session("1,s,GP,2026-03-28,20:00,01:15,85"), []string{`15:25: end: There is no 01:15`}},
		{"T5 a time that comes twice", session("1,s,GP,2026-10-25,01:30,08:00,85"), []string{
			`15:19: start: 01:30 on Sun 25 Oct 2026 happens twice`, "Write earlier or later in the column clock change."}},
		{"T2 a year without holidays", session("1,s,GP,2099-04-07,08:30,18:00,85"), []string{`15:19: start: `, "2099"}},
		{"rate", session("1,s,GP,2026-04-07,08:30,18:00,lots"), []string{`15:31: rate: expected an amount in pounds such as 85.00, not "lots"`}},
		{"rate of nothing", session("1,s,GP,2026-04-07,08:30,18:00,0"), []string{`15:31: rate: expected an amount`}},
		{"rate too fine", session("1,s,GP,2026-04-07,08:30,18:00,85.12345"), []string{`15:31: rate: has more than four decimal places`}},
		{"practice", session("1,x,GP,2026-04-07,08:30,18:00,85"), []string{`15:3: practice: expected an id from [practices], not "x"`}},
		{"no role", session("1,s,,2026-04-07,08:30,18:00,85"), []string{`15:5: role: this is blank: expected a role such as GP`}},
		{"no id", session(",s,GP,2026-04-07,08:30,18:00,85"), []string{`15:1: id: this is blank`}},
		{"id with a space", session("1 a,s,GP,2026-04-07,08:30,18:00,85"), []string{`15:1: id: holds a space`}},
		{"the same id twice", least() + "1,s,GP,2026-04-08,08:30,18:00,85\n", []string{`16:1: id: "1" is on line 15 already`}},
		{"more cells than columns", session("1,s,GP,2026-04-07,08:30,18:00,85,,x"), []string{`15:35: this cell is in no column: expected 7 cells`}},
		{"fewer cells than columns", session("1,s,GP,2026-04-07,08:30,18:00"), []string{`15:1: rate: this is blank`}},
		{"break", wide("break", "1h"), []string{`15:34: break: expected whole minutes such as 30, not "1h"`}},
		{"break as long as the session", wide("break", "570"), []string{`15:34: break: is as long as the session`}},
		{"channel", wide("channel", "web"), []string{`15:34: channel: expected rota or marketplace, not "web"`}},
		{"choosing", wide("choosing", "lottery"), []string{`15:34: choosing: expected first_come, review or ranked, not "lottery"`}},
		{"per", wide("per", "day"), []string{`15:34: per: expected hour or session, not "day"`}},
		{"clock change", wide("clock change", "both"), []string{`15:34: clock change: expected earlier or later, not "both"`}},
		{"unknown column", wide("brake", "30"), []string{`14:38: brake: unknown column: expected one of id, practice, role`}},
		{"column twice", wide("start", "09:00"), []string{`14:38: start: this column is there twice`}},
		{"column missing", replace("start,end,rate\n1,s,GP,2026-04-07,08:30,18:00,85", "start,end\n1,s,GP,2026-04-07,08:30,18:00"), []string{
			`14:1: rate: this column is missing`}},
		{"division", replace("england-and-wales", "wales"), []string{`7:13: division: expected england-and-wales, scotland or northern-ireland, not "wales"`}},
		{"no phone", replace(",0113 496 0000", ","), []string{`7:31: phone: this is blank: expected the number that clinicians ring`}},
		{"provider", replace("Surgery,p,", "Surgery,q,"), []string{`7:11: provider: expected an id from [providers], not "q"`}},
		{"emails", person("emails", "bookings spam"), []string{`11:21: emails: expected all, none, or some of applications bookings`, `not "spam"`}},
		{"pushes", person("pushes", "paid post"), []string{`11:21: pushes: `, `not "post"`}},
		{"quiet hours", person("quiet hours", "22:00-"), []string{`11:21: quiet hours: expected two times such as 22:00-07:00, not "22:00-"`}},
		{"quiet all day", person("quiet hours", "22:00-22:00"), []string{`11:21: quiet hours: expected two times`}},
		{"devices", person("devices", "pager"), []string{`11:21: devices: expected android or iphone, not "pager"`}},
		{"bank", person("bank", "q"), []string{`11:21: bank: expected an id from [providers], not "q"`}},
		{"marketplace", person("marketplace", "maybe"), []string{`11:21: marketplace: expected yes or no, not "maybe"`}},
		{"email", person("email", "ada"), []string{`11:21: email: expected an email address, not "ada"`}},
		{"documents", person("documents until", "soon"), []string{`11:21: documents until: expected a date`}},
		{"unknown section", least() + "\n[shifts]\nid\n1\n", []string{`17:1: unknown section [shifts]: expected [providers], [practices]`}},
		{"section twice", least() + "\n[sessions]\nid\n1\n", []string{`17:1: section [sessions] began on line 13 already`}},
		{"section missing", strings.Split(least(), "[sessions]")[0], []string{`1:1: the section [sessions] is missing`}},
		{"section empty", strings.Split(least(), "1,s,GP")[0], []string{`13:1: there is nothing in [sessions]`}},
		{"section without columns", strings.Split(least(), "id,practice,role")[0], []string{`13:1: expected the names of the columns below [sessions]`}},
		{"rows before a section", "id,name\n" + least(), []string{`1:1: expected a section such as [sessions] before the first row`}},
		{"empty file", "", []string{`1:1: the section [providers] is missing`}},
		{"quote inside a cell", session(`1,s,G"P,2026-04-07,08:30,18:00,85`), []string{`15:6: a quote inside a cell is written twice`}},
		{"quote never closed", session(`1,s,"GP,2026-04-07,08:30,18:00,85`), []string{`expected a closing quote`}},
		{"Latin-1", session("1,s,GP,2026-04-07,08:30,18:00,\xa385"), []string{`15:31: rate: expected UTF-8: save the file with that encoding`}},
		{"all at once, in order", session("1,x,,7 April,half eight,18:00,free"), []string{
			"15:3: practice", "15:5: role", "15:6: date", "15:14: start", "15:31: rate", "5 mistakes, so nothing was posted."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read("rota.csv", []byte(c.file))
			if err == nil {
				t.Fatal("the file was read")
			}
			rest := err.Error()
			if !strings.HasPrefix(rest, "rota.csv:") {
				t.Errorf("the file is not named: %s", rest)
			}
			for _, want := range c.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("got\n%v\nwanted %s", err, want)
				}
				rest = after
			}
		})
	}
}

func TestReadableFiles(t *testing.T) {
	for _, c := range []struct{ name, file string }{
		{"as it is", least()},
		{"byte order mark", "\xef\xbb\xbf" + least()},
		{"Windows line endings", strings.ReplaceAll(least(), "\n", "\r\n")},
		{"blank lines and empty rows", strings.ReplaceAll(least(), "\n", "\n\n,,,\n")},
		{"trailing commas of a spreadsheet", strings.ReplaceAll(least(), "[sessions]", "[sessions],,,,,,")},
		{"spaces and quotes", strings.ReplaceAll(least(), "Dr Ada Example", ` "Example, Dr ""Ada""" `[1:22])},
		{"capitals", strings.ReplaceAll(strings.ReplaceAll(least(), "[sessions]", "[Sessions]"), "start,end", "Start,END")},
		{"no last line ending", strings.TrimSpace(least())},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := read("rota.csv", []byte(c.file))
			if err != nil {
				t.Fatal(err)
			}
			if len(x.shifts) != 1 || len(x.clinicians) != 1 || len(x.practices) != 1 || len(x.providers) != 1 {
				t.Errorf("read %d sessions, %d clinicians", len(x.shifts), len(x.clinicians))
			}
		})
	}
}

// A session that ends before it starts ends on the next day; one across a clock change has its true length (T5).
func TestOvernight(t *testing.T) {
	for date, hours := range map[string]float64{"2026-03-28": 7, "2026-10-24": 9, "2026-07-20": 8} {
		x, err := read("rota.csv", []byte(strings.Replace(least(), "2026-04-07,08:30,18:00", date+",22:00,06:00", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if got := x.shifts[0].span.Duration().Hours(); got != hours {
			t.Errorf("%s: %v hours, not %v", date, got, hours)
		}
	}
}

// A repeated time is read once it is said which of the two is meant.
func TestClockChangeColumn(t *testing.T) {
	for fold, utc := range map[string]string{"earlier": "00:30", "later": "01:30"} {
		file := strings.NewReplacer("start,end,rate", "start,end,rate,clock change",
			"2026-04-07,08:30,18:00,85", "2026-10-25,01:30,08:00,85,"+fold).Replace(least())
		x, err := read("rota.csv", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		if got := x.shifts[0].span.Start.UTC().Format("15:04"); got != utc {
			t.Errorf("%s: starts at %s UTC, not %s", fold, got, utc)
		}
	}
}
