// Package cluster holds the cloud's side in packages below: sites join, are told what to run, are commanded and watched.
// docs/design/cloud.md is its page.
//
//	cluster/link       what node and cloud say to each other; nodes import it, too
//	cluster/kv         what the members agree on: keys, transactions, leases (etcd behind it)
//	cluster/blob       artefacts and audit records
//	cluster/backup     a cloud in one file
//	cluster/audit      who did what, append-only
//	cluster/authority  the CA, and the key that signs generations
//	cluster/sites      the directory of sites; tokens, enrolment, renewal, revocation
//	cluster/gateway    sessions of sites, and the actor of each
//	cluster/desired    signed generations, and what sites report
//	cluster/commands   commands and their outcomes
//	cluster/rollout    a configuration for many sites: canary, waves, stop
//	cluster/telemetry  records to the sinks, and the account of them
//	cluster/access     API tokens, roles, selectors
//	cluster/api        the REST API
//	cluster/member     all of it as one running member
//
// This package itself holds no code.
package cluster
