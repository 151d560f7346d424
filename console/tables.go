package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// Table is rows that rules join with, and how they are.
type Table struct {
	Name    string     `json:"name"`
	Of      string     `json:"of" enum:"file,newest,append"`
	Source  string     `json:"source" doc:"The file, or the device, group, stream or rule that fills it."`
	Key     []string   `json:"key,omitempty"`
	Path    string     `json:"path" doc:"Its place in the tree."`
	State   string     `json:"state"`
	Detail  string     `json:"detail,omitempty"`
	Rows    int        `json:"rows"`
	Read    *time.Time `json:"read,omitempty" doc:"When its file was read last, or rows came last since the node was started."`
	Trouble string     `json:"trouble,omitempty" doc:"Why its file could not be read when that was tried last; the rows are those from before."`
	Lost    uint64     `json:"lost" doc:"Rows that went since there were too many."`
	Ahead   uint64     `json:"ahead" doc:"Rows not taken, since their time is more than a day ahead of the clock and of all rows before."`
	Dropped uint64     `json:"dropped" doc:"Batches that came faster than the table took them."`
	Rules   []string   `json:"rules" doc:"That join with it."`
}

// TablePage is some of the rows of a table.
type TablePage struct {
	Total int        `json:"total" doc:"Rows that there are."`
	From  int        `json:"from" doc:"The place of the first one."`
	Rows  []TableRow `json:"rows"`
}

// TableRow is one row of a table.
type TableRow struct {
	Time time.Time       `json:"time" doc:"Its source time; of a file when it was read."`
	Row  json.RawMessage `json:"row"`
}

// ErrNoTable is the error for a table that there is not, ErrNotRead for one whose
// file cannot be read, and ErrNoFile for one that has none.
var (
	ErrNoTable = errors.New("there is no such table")
	ErrNotRead = errors.New("the file cannot be read, and the rows are those from before")
	ErrNoFile  = errors.New("the table has no file")
)

// tableInput names a table.
type tableInput struct {
	Table string `path:"table" example:"limits"`
}

func (s *Server) describeTables(api huma.API) {
	list(api, "tables", "The tables that rules join with, and how they are", func() []Table { return s.options.Node.Tables() })
	rows := operation(http.MethodGet, "/api/v1/tables/{table}/rows", "list-table-rows", "flow", "Some of the rows of a table")
	rows.Description = "In the order of the file, the key that has had no row for longest first, or the row that came longest ago first."
	rows.Errors = []int{http.StatusNotFound}
	openapi.Register(api, rows, s.listTableRows)
	reread := operation(http.MethodPost, "/api/v1/tables/{table}/reread", "reread-table", "flow", "Read the file of a table now")
	reread.Errors = []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity}
	openapi.Register(api, reread, s.rereadTable)
}

func (s *Server) listTableRows(_ context.Context, in *struct {
	Table string `path:"table" example:"limits"`
	From  int    `query:"from" minimum:"0" default:"0" doc:"The place of the first row."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"At most so many rows."`
},
) (*body[TablePage], error) {
	page, err := s.options.Node.TableRows(in.Table, in.From, in.Limit)
	return &body[TablePage]{page}, tableError(err)
}

func (s *Server) rereadTable(_ context.Context, in *tableInput) (*body[Table], error) {
	table, err := s.options.Node.RereadTable(in.Table)
	return &body[Table]{table}, tableError(err)
}

func tableError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNoTable):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, ErrNoFile):
		return huma.Error409Conflict(err.Error())
	}
	return huma.Error422UnprocessableEntity(err.Error())
}
