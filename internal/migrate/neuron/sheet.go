package neuron

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
	"github.com/holdfast-edge/holdfast/internal/migrate/tags"
)

// ReadSheet makes devices of the sheet of a node's tags: group, name, address, attribute, type, and description,
// decimal, precision and bias where they are given. The sheet does not know where its device is: the endpoint and the
// name of the node come with it.
func ReadSheet(file string, data []byte, name, endpoint string, r *migrate.Report, names *migrate.Names) (*migrate.Node, error) {
	s, err := tags.ReadSheet(file, data)
	if err != nil {
		return nil, err
	}
	for _, needed := range []string{"group", "name", "address", "attribute", "type"} {
		if !strings.Contains("\n"+strings.Join(s.Columns, "\n")+"\n", "\n"+needed+"\n") {
			return nil, &document.Error{File: file, Line: 1, Problem: fmt.Sprintf("this is no sheet of Neuron: the column %q is missing", needed)}
		}
	}
	p := plant.New(r, names)
	of := migrate.Origin{File: file, Of: "node " + name}
	into := &settings{node: &node{origin: of, name: name}, report: r, plant: p, endpoint: endpoint, base: 1, devices: map[int]*plant.Device{}}
	for _, row := range s.Rows {
		o := migrate.Origin{File: file, Line: row.Number, Of: "row"}
		cells := s.Cells(row)
		interval := 1000
		if text := cells["interval"]; text != "" {
			if _, err := fmt.Sscanf(text, "%d", &interval); err != nil {
				r.LeftOut(o.Under("interval"), fmt.Sprintf("want milliseconds, this is %.20q", text))
			}
		}
		into.tag(group{name: cells["group"], interval: interval}, migrate.MapObject(asExport(cells), o, r))
	}
	return migrate.Map(nil).Put("devices", p.Nodes()), nil
}

// asExport is a row as the export in JSON has it, with numbers for the words.
func asExport(cells map[string]string) *document.Node {
	n := &document.Node{Kind: document.Mapping}
	for _, key := range slices.Sorted(maps.Keys(cells)) {
		text := cells[key]
		switch key {
		case "group", "interval":
			continue
		case "type":
			text = typeNumber(text)
		case "attribute":
			text = attributeNumber(text)
		}
		n.Entries = append(n.Entries, document.Entry{Key: key, Value: &document.Node{Kind: document.Text, Text: text}})
	}
	return n
}

func typeNumber(word string) string {
	words := []string{"", "INT8", "UINT8", "INT16", "UINT16", "INT32", "UINT32", "INT64", "UINT64", "FLOAT", "DOUBLE", "BIT", "BOOL", "STRING", "BYTES", "ERROR", "WORD", "DWORD", "LWORD"}
	for i, w := range words {
		if w != "" && strings.EqualFold(w, word) {
			return fmt.Sprint(i)
		}
	}
	return word
}

func attributeNumber(text string) string {
	n := 0
	for word := range strings.FieldsSeq(strings.NewReplacer(",", " ", "/", " ", "|", " ").Replace(text)) {
		switch strings.ToLower(word) {
		case "read":
			n |= mayRead
		case "write":
			n |= mayWrite
		case "subscribe":
			n |= subscribed
		case "static":
			n |= static
		default:
			return text
		}
	}
	return fmt.Sprint(n)
}
