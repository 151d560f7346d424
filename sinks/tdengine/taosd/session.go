package taosd

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// version is what the server says it is; the driver wants 3.3.6 at least.
const version = "3.3.6.13"

// messageMax is the longest message.
const messageMax = 64 << 20

// session is one WebSocket.
type session struct {
	server  *Server
	conn    *websocket.Conn
	db      string
	entered bool
	next    uint64
	stmts   map[uint64]*statement
	results map[uint64]*result
}

func (s *Server) webSocket(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	conn.SetReadLimit(messageMax)
	one := &session{server: s, conn: conn, stmts: map[uint64]*statement{}, results: map[uint64]*result{}}
	one.serve(ctx)
}

func (s *session) serve(ctx context.Context) {
	for {
		kind, message, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		begun := time.Now()
		if kind == websocket.MessageText {
			err = s.text(ctx, message, begun)
		} else {
			err = s.binary(ctx, message, begun)
		}
		if err != nil {
			return
		}
	}
}

// request is a text message.
type request struct {
	Action string `json:"action"`
	Args   struct {
		ReqID    uint64 `json:"req_id"`
		User     string `json:"user"`
		Password string `json:"password"`
		DB       string `json:"db"`
		StmtID   uint64 `json:"stmt_id"`
		ID       uint64 `json:"id"`
		SQL      string `json:"sql"`
		Protocol int    `json:"protocol"`
		Data     string `json:"data"`
		Precise  string `json:"precision"`
	} `json:"args"`
}

// reply writes an answer of the shape that all have.
func (s *session) reply(ctx context.Context, action string, reqID uint64, begun time.Time, err error, more map[string]any) error {
	answer := map[string]any{"code": 0, "message": "", "action": action, "req_id": reqID, "timing": time.Since(begun).Nanoseconds()}
	if err != nil {
		answer["code"], answer["message"] = codeOf(err), textOfError(err)
	}
	for k, v := range more {
		answer[k] = v
	}
	data, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return s.conn.Write(ctx, websocket.MessageText, data)
}

// text answers one action.
func (s *session) text(ctx context.Context, message []byte, begun time.Time) error {
	var r request
	if err := json.Unmarshal(message, &r); err != nil {
		return err
	}
	more, err := map[string]any{}, error(nil)
	switch {
	case r.Action == "version":
		more["version"] = version
	case r.Action == "conn":
		err = s.enter(r)
	case !s.entered:
		err = faultf(codePassword, "Authentication failure")
	case r.Action == "free_result": // which is not answered
		delete(s.results, r.Args.ID)
		return nil
	case r.Action == "insert":
		var n int
		n, err = s.server.store.lines(s.db, r.Args.Data, r.Args.Precise)
		more["affected_rows"], more["total_rows"] = n, n
	default:
		more, err = s.stmt2(r)
	}
	return s.reply(ctx, r.Action, r.Args.ReqID, begun, err, more)
}

func (s *session) enter(r request) error {
	if r.Args.User != s.server.options.User || r.Args.Password != s.server.options.Password {
		return faultf(codePassword, "Authentication failure")
	}
	s.entered, s.db = true, r.Args.DB
	return nil
}

// stmt2 answers the actions of statements.
func (s *session) stmt2(r request) (map[string]any, error) {
	more := map[string]any{"stmt_id": r.Args.StmtID}
	if s.server.options.NoStatements {
		return more, faultf(0xffff, "the action %s is not known here", r.Action)
	}
	if r.Action == "stmt2_init" {
		s.next++
		s.stmts[s.next] = nil
		more["stmt_id"] = s.next
		return more, nil
	}
	st, known := s.stmts[r.Args.StmtID]
	if !known {
		return more, faultf(codeStmt, "statement not found")
	}
	switch r.Action {
	case "stmt2_prepare":
		prepared, err := s.server.store.prepare(s.db, r.Args.SQL)
		if err != nil {
			return more, err
		}
		s.stmts[r.Args.StmtID] = prepared
		more["is_insert"], more["fields"], more["fields_count"] = true, prepared.fields, len(prepared.fields)
		return more, nil
	case "stmt2_exec":
		if st == nil {
			return more, faultf(codeStmt, "the statement is not prepared")
		}
		affected, err := s.server.store.execute(st)
		more["affected"] = affected
		return more, err
	case "stmt2_close":
		delete(s.stmts, r.Args.StmtID)
		return more, nil
	default:
		return more, faultf(0xffff, "the action %s is not known here", r.Action)
	}
}
