package ekuiper

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

var errTemplate = errors.New("dataTemplate: rows have columns there: write them in the rule")

// selected writes the fields that are sent.
func (m *migration) selected(s *sending, body *migrate.Node) {
	if len(s.fields) > 0 {
		body.Put("fields", migrate.Texts(s.fields))
	}
}

// ownTime tells that the time of a row is its source time.
func (m *migration) ownTime(s *sending, key string) {
	if field := s.props.Text(key); field != "" {
		m.report.Hand(s.props.place(key), fmt.Sprintf("the time of a row is its source time: give the stream timestamp: %s, where that is the time of the message", field))
	}
}
