package relational

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/sessional-go/sessional/internal/cursor"
	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/session"
)

// scan is the most rows that are looked at for one page: a filter that fits almost nothing yields a short page with a
// Next, not a walk through everything.
const scan = 2000

// limits are the numbers of rows that statements ask for. They stand in the text: PostgreSQL makes no lasting plan for a
// LIMIT that it doesn't know, and to plan a page anew takes longer than to read it. That there are few keeps the texts
// few.
var limits = []int{2, 6, 11, 21, 51, 101, 201, session.MaxPageSize + 1}

// limit is how many rows are asked for to fill a page and to know whether there is more.
func limit(req session.PageRequest) int {
	i, _ := slices.BinarySearch(limits, req.Size()+1)
	return limits[i]
}

// list is an ordered list of which a page is read.
type list[T any] struct {
	// digest is what the list's cursors are good for.
	digest any
	// table is read under the alias t, with further columns.
	table *Table
	extra []condition
	// sources are conditions that an index serves, each together with the order; most lists have one.
	sources []condition
	// members, where given, are what the sources differ in, and member their common condition with what stands for
	// one of them: a database that can goes through them itself, in a statement that is as short for many as for one.
	members param
	member  func(one string) condition
	// filter keeps rows beyond that; it costs a look at each row.
	filter condition
	// at is the first column of the order, an instant, desc its direction, and id the second; from and until bound the
	// first, half-open.
	at, id      string
	desc        bool
	from, until time.Time
	// item makes an item of a row: the table's columns, then the further ones.
	item func(row []any) (T, error)
}

// place reads a row's place in the order.
func place(at, id any) (ordered.Key, error) {
	t, err := parseInstant(nil, at)
	if err != nil {
		return ordered.Key{}, err
	}
	s, err := parseText(id)
	return ordered.Key{At: t.UnixMicro(), ID: s}, err
}

func (l *list[T]) before(a, b ordered.Key) bool {
	if a.At != b.At {
		return (a.At < b.At) != l.desc
	}
	return a.ID < b.ID
}

// after is the condition that a row comes after a place.
func (l *list[T]) after(k ordered.Key) condition {
	at, id := instant(time.UnixMicro(k.At)), text(k.ID)
	if l.desc {
		return condition{
			" AND t.", l.at, " <= ", at, " AND (t.", l.at, " < ", at, " OR t.", l.id, " > ", id, ")",
		}
	}
	return condition{" AND (t.", l.at, ", t.", l.id, ") > (", at, ", ", id, ")"}
}

func (l *list[T]) orderBy() string {
	if l.desc {
		return " ORDER BY t." + l.at + " DESC, t." + l.id
	}
	return " ORDER BY t." + l.at + ", t." + l.id
}

// window is a source's rows from a place on, in order.
func (l *list[T]) window(s *statement, columns string, source, place condition, limit int) *statement {
	s.add("SELECT ", columns, " FROM ", s.d.Table(l.table.Name), " t WHERE ", source, place)
	if !l.from.IsZero() {
		s.add(" AND t.", l.at, " >= ", instant(l.from))
	}
	if !l.until.IsZero() {
		s.add(" AND t.", l.at, " < ", instant(l.until))
	}
	return s.add(l.orderBy(), " LIMIT ", strconv.Itoa(limit))
}

// found is an item with its place.
type found[T any] struct {
	item  T
	place ordered.Key
}

// page reads a page of the list.
func page[T any](ctx context.Context, r *Lists, l list[T], req session.PageRequest) (session.Page[T], error) {
	var p session.Page[T]
	if err := req.Validate(); err != nil {
		return p, err
	}
	k, more, err := cursor.Decode(l.digest, req.After)
	if err != nil {
		return p, err
	}
	var after condition
	if more {
		after = l.after(k)
	}
	if len(l.sources) == 0 {
		return p, nil
	}
	all, err := l.read(ctx, r, after, limit(req))
	if err != nil {
		return p, err
	}
	if len(all) > req.Size() {
		all = all[:req.Size()]
		p.Next = cursor.Encode(l.digest, all[len(all)-1].place)
	} else if len(l.filter) > 0 {
		end, cut, err := l.end(ctx, r, after)
		if err != nil {
			return p, err
		}
		if cut {
			for len(all) > 0 && l.before(end, all[len(all)-1].place) {
				all = all[:len(all)-1]
			}
			p.Next = cursor.Encode(l.digest, end)
		}
	}
	for _, f := range all {
		p.Items = append(p.Items, f.item)
	}
	return p, nil
}

// read reads up to so many items from a place on.
func (l *list[T]) read(ctx context.Context, r *Lists, after condition, limit int) ([]found[T], error) {
	s := &statement{d: r.Dialect}
	s.add("SELECT ", columns(l.table))
	for _, column := range l.extra {
		s.add(", ", column)
	}
	s.add(" FROM (")
	if l.member != nil && r.Dialect.Lateral() {
		s.add("SELECT t.* FROM (", l.members, ") m (one) CROSS JOIN LATERAL (")
		l.source(s, l.member("m.one"), after, limit)
		s.add(") t")
	} else {
		for i, source := range l.sources {
			if i > 0 {
				s.add(" UNION ALL ")
			}
			s.add("SELECT * FROM (")
			l.source(s, source, after, limit)
			s.add(") s", string(rune('a'+i%26)))
		}
	}
	s.add(") t", l.orderBy(), " LIMIT ", strconv.Itoa(limit))
	var all []found[T]
	at, id := l.index(l.at), l.index(l.id)
	err := each(ctx, r.DB, s, len(l.table.Columns)+len(l.extra), func(row []any) error {
		item, err := l.item(row)
		if err != nil {
			return err
		}
		k, err := place(row[at], row[id])
		all = append(all, found[T]{item, k})
		return err
	})
	return all, err
}

// source is what a source adds to a page: the first rows that the filter keeps.
func (l *list[T]) source(s *statement, source, after condition, limit int) {
	if len(l.filter) == 0 {
		l.window(s, "t.*", source, after, limit)
		return
	}
	s.add("SELECT * FROM (")
	l.window(s, "t.*", source, after, l.look())
	s.add(") t WHERE ", l.filter, l.orderBy(), " LIMIT ", strconv.Itoa(limit))
}

// look is how many rows of each source are looked at.
func (l *list[T]) look() int { return max(scan/len(l.sources), 1) }

// index is where a column stands in a row.
func (l *list[T]) index(column string) int {
	for i, c := range l.table.Columns {
		if c.Name == column {
			return i
		}
	}
	return -1
}

// end says up to which place a filtered page has looked at everything, where that is not the end of the list.
func (l *list[T]) end(ctx context.Context, r *Lists, after condition) (end ordered.Key, cut bool, err error) {
	for _, source := range l.sources {
		s := l.window(&statement{d: r.Dialect}, "t."+l.at+", t."+l.id, source, after, l.look())
		seen, last := 0, ordered.Key{}
		err := each(ctx, r.DB, s, 2, func(row []any) error {
			seen++
			var err error
			last, err = place(row[0], row[1])
			return err
		})
		if err != nil {
			return end, false, err
		}
		if seen == l.look() && (!cut || l.before(last, end)) {
			end, cut = last, true
		}
	}
	return end, cut, nil
}
