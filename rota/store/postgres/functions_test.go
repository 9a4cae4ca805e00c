package postgres

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/relational"
)

var update = flag.Bool("update", false, "write the functions anew; only for a migration that was not released yet")

// current is the migration with the newest functions.
const current = "migrations/0002_functions.up.sql"

// TestTheFunctionsFollowTheTables compares the functions that write rows with what the tables' descriptions make of
// them: whoever adds a column adds a migration with the next numbers.
func TestTheFunctionsFollowTheTables(t *testing.T) {
	want := functions(release)
	if *update {
		if err := os.WriteFile(current, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(current)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what internal/relational's tables make of it", current)
	}
}

func functions(n string) string {
	var b strings.Builder
	for _, part := range []string{"load", "commit", "queue"} {
		text, err := os.ReadFile("testdata/" + part + ".sql")
		if err != nil {
			panic(err)
		}
		b.WriteString(expand(string(text), n))
	}
	return b.String()
}

// expand fills in what follows from the tables. In the templates, {n} is the release of the functions;
// "{write TABLE kind}" a section that checks and writes the rows of a table, "{names TABLE}" the columns of one,
// "{values TABLE alias}" those of an alias, which is x unless given, and "{columns TABLE prefix}" with their types;
// "{found ROOT BOOKING CASE}" is what is read of a session s and what leads on from it, and "{finds}" the variables for that;
// "{types}" the types of the rows that a commit brings, "{arguments}" the arguments that bring them, and "{others}" the
// names of those that few commits bring.
func expand(text, n string) string {
	var b strings.Builder
	others := strings.Join(brought("support_cases", "fees", "hours_worked", "invoices", "messages", "policies", "settings", "texts"), ", ")
	parts := strings.NewReplacer("{types}\n", types(), "{arguments}", arguments(), "{others}", others)
	text = found.ReplaceAllString(text, "$1.provider, s.id, s.round, s.starts_at, s.ends_at, $2, $3, row_to_json(s)")
	text = strings.ReplaceAll(text, "{finds}", "whose, its, now_round, starts, ends, booked, opened, session")
	for line := range strings.Lines(parts.Replace(text)) {
		words := strings.Fields(line)
		if len(words) > 1 && strings.HasPrefix(words[0], "{write") {
			margin, _, _ := strings.Cut(line, "{")
			b.WriteString(strings.ReplaceAll(section(words[1], strings.TrimSuffix(words[2], "}")), "\n    ", "\n    "+margin))
			continue
		}
		line = listed.ReplaceAllStringFunc(line, list)
		b.WriteString(strings.ReplaceAll(line, "{n}", n))
	}
	return b.String()
}

var found = regexp.MustCompile(`\{found (\S+) (\S+) (\S+)\}`)

var listed = regexp.MustCompile(`\{(names|values|columns) (\w+)(?: (\w+))?\}`)

// list is a list of a table's columns.
func list(of string) string {
	words := listed.FindStringSubmatch(of)
	t := tableOf(words[2])
	switch names, alias := t.Names(), cmp.Or(words[3], "x")+"."; words[1] {
	case "names":
		return strings.Join(names, ", ")
	case "values":
		return alias + strings.Join(names, ", "+alias)
	}
	var columns []string
	for _, c := range t.Columns {
		columns = append(columns, words[3]+c.Name+" "+kinds[c.Kind])
	}
	return strings.Join(columns, ", ")
}

// types are the rows of the tables that a commit writes.
func types() string {
	var b strings.Builder
	for _, name := range written() {
		fmt.Fprintf(&b, "CREATE TYPE {schema}.sessional_%[1]s_{n} AS ({columns %[1]s});\n", name)
	}
	return b.String()
}

var kinds = map[relational.Kind]string{
	relational.Text: "text", relational.Instant: "timestamptz", relational.Day: "date", relational.Int: "bigint",
	relational.Amount: "numeric", relational.Bool: "boolean", relational.JSON: "jsonb",
}

// arguments are the rows that a commit brings: of the tables that have versions, those that are there already apart from
// those that are new.
func arguments() string {
	all := brought(written()...)
	for i, a := range all {
		all[i] = fmt.Sprintf("    %s {schema}.sessional_%s_{n}[] DEFAULT NULL", a, strings.TrimPrefix(a, "new_"))
	}
	return strings.Join(all, ",\n")
}

// brought are the names of the arguments that bring the rows of tables.
func brought(tables ...string) []string {
	var all []string
	for _, name := range tables {
		all = append(all, name)
		if versioned(name) {
			all = append(all, "new_"+name)
		}
	}
	return all
}

// written are the tables whose rows a commit brings.
func written() []string {
	return []string{
		"sessions", "applications", "bookings", "diaries", "diary_entries", "support_cases", "fees", "hours_worked",
		"invoices", "messages", "policies", "settings", "texts", "events",
	}
}

func versioned(name string) bool {
	return name != "diary_entries" && name != "policies" && name != "events"
}

func tableOf(name string) *relational.Table {
	for _, t := range append(relational.All(), relational.Settlements) {
		if t.Name == name {
			return t
		}
	}
	panic("no table " + name)
}

// section checks and writes the rows of one table: the guards that are only compared first, then rows that are there
// already, then new ones. A booking that ends gives up its session before another one takes it.
func section(name, kind string) string {
	t := tableOf(name)
	_, id, _ := relational.Subjects("")
	for _, c := range t.Columns {
		if c.Key {
			id = c.Name
		}
	}
	where := "t." + id + " = r." + id
	check := "t." + id + " = r.id"
	if t.Keys()[0] == "provider" {
		where, check = "t.provider = r.provider AND "+where, "t.provider = r.provider AND "+check
	}
	var set, values []string
	for _, c := range t.Columns {
		values = append(values, "x."+c.Name)
		if !c.Key {
			set = append(set, c.Name+" = r."+c.Name)
		}
	}
	own := strings.NewReplacer("<absent>", cmp.Or(locked[name], unmade), "<more>", more[name]).Replace(template)
	return strings.NewReplacer(
		"<table>", name, "<kind>", kind, "<names>", strings.Join(t.Names(), ", "),
		"<values>", strings.Join(values, ", "), "<set>", strings.Join(set, ", "), "<where>", where, "<check>", check,
	).Replace(own)
}

const template = `
    IF checks ? '<kind>' THEN
        FOR r IN SELECT * FROM jsonb_to_recordset(checks->'<kind>') AS x(provider text, id text, version bigint) LOOP
            IF r.version = 0 THEN<absent>
            ELSE
                PERFORM 1 FROM {schema}.<table> t WHERE <check> AND t.version = r.version FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
            END IF;
        END LOOP;
    END IF;
    IF <table> IS NOT NULL THEN
        FOREACH r IN ARRAY <table> LOOP
            UPDATE {schema}.<table> t SET <set>
            WHERE <where> AND t.version = r.version - 1;
            IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;
        END LOOP;
    END IF;
    IF new_<table> IS NOT NULL THEN
        INSERT INTO {schema}.<table> (<names>)
        SELECT <values>
        FROM unnest(new_<table>) AS x<more>;
    END IF;
`

// unmade checks that a row isn't there.
const unmade = `
                -- That it isn't there stays true: whoever would make it waits for something that is written here.
                PERFORM 1 FROM {schema}.<table> t WHERE <check>;
                IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;`

// locked is how rows are checked that have to be locked even where they aren't there.
var locked = map[string]string{
	"diaries": `
                -- Whoever books the same clinician for something else writes nothing else that is written or checked
                -- here: so the row is made, at version 0, to have something to lock.
                INSERT INTO {schema}.diaries (clinician, version) VALUES (r.id, 0) ON CONFLICT DO NOTHING;
                PERFORM 1 FROM {schema}.diaries t WHERE <check> AND t.version = 0 FOR SHARE;
                IF NOT FOUND THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF;`,
}

// more is what else is done about new rows.
var more = map[string]string{
	"diaries": `
        ON CONFLICT (clinician) DO UPDATE SET version = excluded.version WHERE {schema}.diaries.version = 0; -- made by a check
        GET DIAGNOSTICS many = ROW_COUNT;
        IF many <> cardinality(new_diaries) THEN RAISE EXCEPTION USING ERRCODE = 'SC001'; END IF`,
	"sessions": `;
        INSERT INTO {schema}.session_references (reference, provider, session)
        SELECT x.reference, x.provider, x.id
        FROM unnest(new_sessions) AS x`,
}
