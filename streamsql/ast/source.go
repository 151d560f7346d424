package ast

// Source is what a FROM or JOIN reads: a *Stream or a *Derived.
type Source interface {
	Node
	// Label is the name that columns of the source are qualified with: the
	// alias, or else the stream's own name, or else nothing.
	Label() string
	source()
}

// Stream is a stream, a table or the output of a rule, by name. An MQTT topic
// is a name too ("plant/line1/#").
type Stream struct {
	Pos
	Name  Name
	Alias Name // zero Text: none
}

// Label returns the alias, or else the name.
func (s *Stream) Label() string {
	if s.Alias.Text != "" {
		return s.Alias.Text
	}
	return s.Name.Text
}

// Derived is a query in parentheses that is read like a stream.
type Derived struct {
	Pos
	Query *Query
	Alias Name // zero Text: none
}

// Label returns the alias.
func (d *Derived) Label() string { return d.Alias.Text }

func (*Stream) source()  {}
func (*Derived) source() {}

// JoinKind is how a join treats rows without a partner.
type JoinKind uint8

// The kinds of join. A comma between sources is a CrossJoin; JOIN alone is an
// InnerJoin.
const (
	InnerJoin JoinKind = iota
	LeftJoin
	RightJoin
	FullJoin
	CrossJoin
)

// String returns the keywords of the join, "LEFT JOIN".
func (k JoinKind) String() string {
	return [...]string{"INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"}[k]
}

// Join adds a source to those before it.
type Join struct {
	Pos
	Kind   JoinKind
	Source Source
	On     Expr   // nil: no condition
	Using  []Name // columns equal on both sides; only without On
}
