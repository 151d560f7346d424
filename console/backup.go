package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// backupSuffix is how the files of backups end.
const backupSuffix = ".holdbak"

// backupInput asks for an archive.
type backupInput struct {
	History bool `query:"history" doc:"With the history, which may be large."`
}

func (s *Server) describeBackup(api huma.API) {
	o := operation(http.MethodPost, "/api/v1/backup", "make-backup", "configuration", "An archive of what another box needs to take this one's place")
	o.Description = "It holds the configurations, who may log in, and the node's identity: keep it like a key. It ends with a manifest of checksums; " +
		"without that it is not whole, and holdfast restore refuses it."
	o.Responses = map[string]*huma.Response{"200": {Description: "An archive", Content: map[string]*huma.MediaType{"application/octet-stream": {}}}}
	openapi.Register(api, o, s.backup)
}

func (s *Server) backup(ctx context.Context, in *backupInput) (*huma.StreamResponse, error) {
	user := "user " + access.UserOf(ctx)
	name := fmt.Sprintf("%s-%s%s", s.options.Node.Site(), s.options.Now().UTC().Format("20060102-150405"), backupSuffix)
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // as long as it takes; a client that has gone ends it
		err := s.options.Node.Backup(r.Context(), w, in.History)
		s.options.Logger.Info("backup", "by", user, "history", in.History, "error", err)
	}}, nil
}
