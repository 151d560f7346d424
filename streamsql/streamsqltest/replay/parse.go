package replay

import (
	"errors"
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
	statements, err := parse.Script(c.SQL, ast.EKuiper)
	if err != nil {
		return err
	}
	if len(statements) == 0 {
		return errors.New("there is no statement")
	}
	for _, statement := range statements {
		if q, ok := statement.(*ast.Query); ok {
			if _, err := plan.Build(q, anything{}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// anything is a catalog in which every name is a stream of any columns, but for
// the table that the recorded planner was given.
type anything struct{}

func (anything) Source(name string) (plan.Source, bool) {
	if name == "tableInPlanner" {
		return plan.Source{Kind: plan.TableSource}, true
	}
	return plan.Source{}, true
}

func (anything) Names() []string { return nil }
