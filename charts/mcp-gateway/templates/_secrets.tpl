{{/* References for secretKeyRef. Each fails unless the values give exactly one source. */}}
{{- define "mcp-gateway.databaseSecret" -}}
{{- $given := list .Values.database.url .Values.database.existingSecret (ternary "trial" "" .Values.trial.postgresql.enabled) | compact -}}
{{- if ne (len $given) 1 -}}
{{- fail "exactly one database is needed: database.url, database.existingSecret or, for a trial, trial.postgresql.enabled=true" -}}
{{- end -}}
{{- with .Values.database -}}
{ name: {{ default (printf "%s-database" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "DATABASE_URL" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.redisSecret" -}}
{{- $given := list .Values.redis.url .Values.redis.existingSecret (ternary "trial" "" .Values.trial.redis.enabled) | compact -}}
{{- if ne (len $given) 1 -}}
{{- fail "exactly one Redis is needed: redis.url, redis.existingSecret or, for a trial, trial.redis.enabled=true" -}}
{{- end -}}
{{- with .Values.redis -}}
{ name: {{ default (printf "%s-redis" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "REDIS_URL" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.sessionKeysSecret" -}}
{{- with .Values.sessionKeys -}}
{ name: {{ default (printf "%s-session-keys" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "MCP_GATEWAY_SESSION_KEYS" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{/*
Whether the services share a secret: for the tool router, for credentials, and so that the control plane believes data planes where
requests come from. Without the cluster, a generated one could not be found again, so there is none unless the values ask for it.
*/}}
{{- define "mcp-gateway.hasInternalSecret" -}}
{{- with .Values.credentials -}}
{{- if or $.Values.toolRouter.enabled .secrets .internal.existingSecret (and (not $.Values.internalTls.controlPlaneSecret) (lookup "v1" "Secret" $.Release.Namespace "")) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "mcp-gateway.internalSecret" -}}
{{- with .Values.credentials.internal -}}
{ name: {{ default (printf "%s-internal" (include "mcp-gateway.fullname" $)) .existingSecret | quote }}, key: {{ ternary .existingSecretKey "MCP_GATEWAY_INTERNAL_SECRETS" (ne .existingSecret "") | quote }} }
{{- end -}}
{{- end -}}

{{/*
The value in a generated Secret if it exists, else a new value, in base64. Without the cluster each render would generate another
one, while databases and sessions keep the first. There it fails and says what to set. (list $ secret key new value)
*/}}
{{- define "mcp-gateway.kept" -}}
{{- $root := index . 0 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace (index . 1) -}}
{{- with get (default dict $secret.data) (index . 2) -}}
{{- . -}}
{{- else -}}
{{- /* With a cluster this lookup returns a list, even an empty one. Helm itself needs the right to read Secrets. */ -}}
{{- if not (lookup "v1" "Secret" $root.Release.Namespace "") -}}
{{- fail (printf "%s is needed when Helm renders without the cluster, as helm template and Argo CD do: the chart would generate another value at each render. To see what Helm would install, use --dry-run=server" (index . 4)) -}}
{{- end -}}
{{- index . 3 | b64enc -}}
{{- end -}}
{{- end -}}

{{/* The password of a trial database, in base64: from the values, else generated. (list $ component) */}}
{{- define "mcp-gateway.trialPassword" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $name := printf "%s-%s" (include "mcp-gateway.fullname" $root) $component -}}
{{- $value := printf "trial.%s.password" $component -}}
{{- with get (get $root.Values.trial $component) "password" -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace $name -}}
{{- $before := get (default dict $secret.data) "password" -}}
{{- if and (eq $component "postgresql") $before (ne $before (b64enc .)) -}}
{{- fail (printf "%s is not the password with which the trial PostgreSQL was created; the Secret %s has that one. Leave the value empty, or set it to the output of: kubectl get secret %s --namespace %s --output jsonpath={.data.password} | base64 --decode" $value $name $name $root.Release.Namespace) -}}
{{- end -}}
{{- b64enc . -}}
{{- else -}}
{{- include "mcp-gateway.kept" (list $root $name "password" (randAlphaNum 32) $value) -}}
{{- end -}}
{{- end -}}

{{/*
Fails if Helm would delete an object because the chart no longer renders it: it exists, is of this release, and is not annotated to
be kept. Without the cluster nothing is known, and nothing fails. (list $ apiVersion kind namespace name why)
*/}}
{{- define "mcp-gateway.refuseDeletion" -}}
{{- $root := index . 0 -}}
{{- $object := lookup (index . 1) (index . 2) (index . 3) (index . 4) -}}
{{- $annotations := dig "metadata" "annotations" dict (default dict $object) -}}
{{- $release := get $annotations "meta.helm.sh/release-name" -}}
{{- $at := get $annotations "meta.helm.sh/release-namespace" -}}
{{- if and (eq $release $root.Release.Name) (eq $at $root.Release.Namespace) (ne (get $annotations "helm.sh/resource-policy") "keep") -}}
{{- $what := lower (index . 2) -}}
{{- $where := ternary (printf " --namespace %s" (index . 3)) "" (ne (index . 3) "") -}}
{{- fail (printf "%s To keep it: kubectl annotate %s %s%s helm.sh/resource-policy=keep" (index . 5) $what (index . 4) $where) -}}
{{- end -}}
{{- end -}}

{{/* Fails if existingSecret names a Secret that this release generated. (list $ component value) */}}
{{- define "mcp-gateway.refuseOwnSecret" -}}
{{- $root := index . 0 -}}
{{- $name := printf "%s-%s" (include "mcp-gateway.fullname" $root) (index . 1) -}}
{{- if eq $name (get (get $root.Values (index . 2)) "existingSecret") -}}
{{- $why := printf "%s.existingSecret is %s, which this release generated, so Helm would delete it. Leave existingSecret empty, and the Secret stays." (index . 2) $name -}}
{{- include "mcp-gateway.refuseDeletion" (list $root "v1" "Secret" $root.Release.Namespace $name $why) -}}
{{- end -}}
{{- end -}}
