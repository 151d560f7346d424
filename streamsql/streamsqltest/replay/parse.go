package replay

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// runParse asks whether a text is accepted.
func runParse(c Case) error {
	err := accept(c)
	switch {
	case err == nil && c.Error != "":
		return fmt.Errorf("accepted; want it refused: %s", c.Error)
	case err != nil && c.Error == "":
		return fmt.Errorf("refused: %w", err)
	default:
		return nil
	}
}

func accept(c Case) error {
	statement, err := parse.Statement(c.SQL, ast.EKuiper)
	if err != nil {
		return err
	}
	if q, ok := statement.(*ast.Query); ok && c.Stage == "plan" {
		_, err = plan.Build(q, anything{}, nil)
	}
	return err
}

// anything is a catalog in which every name is a stream of any columns.
type anything struct{}

func (anything) Source(string) (plan.Source, bool) { return plan.Source{}, true }
func (anything) Names() []string                   { return nil }
