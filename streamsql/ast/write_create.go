package ast

func (c *CreateStream) write(w *writer) {
	if c.Table {
		w.WriteString("CREATE TABLE ")
	} else {
		w.WriteString("CREATE STREAM ")
	}
	w.name(c.Name)
	w.WriteString(" (")
	nodes(w, "", c.Fields)
	w.WriteByte(')')
	if len(c.Options) > 0 {
		nodes(w, " WITH (", c.Options)
		w.WriteByte(')')
	}
}

func (f *Field) write(w *writer) {
	w.name(f.Name)
	w.WriteByte(' ')
	f.Type.write(w)
}

func (o *Option) write(w *writer) {
	w.name(o.Name)
	w.WriteString(" = ")
	w.quoted(o.Value, '\'')
}

func (t *Type) write(w *writer) {
	w.WriteString(t.Name)
	switch {
	case t.Elem != nil:
		w.WriteByte('(')
		t.Elem.write(w)
		w.WriteByte(')')
	case len(t.Fields) > 0:
		nodes(w, "(", t.Fields)
		w.WriteByte(')')
	}
}
