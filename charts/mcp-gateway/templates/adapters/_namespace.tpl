{{/*
Fails if an upgrade would delete the namespace that the release created for adapters, with all that runs in it. An annotation of the
worker's Deployment names that namespace, so a user with `createNamespace=false` needs no right to read namespaces.
*/}}
{{- define "mcp-gateway.refuseNamespaceDeletion" -}}
{{- $made := ternary (include "mcp-gateway.adapterNamespace" .) "" .Values.adapters.createNamespace -}}
{{- $worker := lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-deployment-worker" (include "mcp-gateway.fullname" .)) -}}
{{- with dig "metadata" "annotations" "mcp-gateway.io/made-namespace" "" (default dict $worker) -}}
{{- if ne . $made -}}
{{- $why := printf "With these values Helm would delete the namespace %s, which this release created, and all adapters in it." . -}}
{{- include "mcp-gateway.refuseDeletion" (list $ "v1" "Namespace" "" . $why) -}}
{{- end -}}
{{- end -}}
{{- end -}}
