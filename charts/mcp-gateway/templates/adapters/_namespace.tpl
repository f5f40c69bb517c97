{{/*
Fails where an upgrade would delete the namespace that the release made for adapters, with all that runs in it. The worker that is
there knows which one that is. Who brings the namespace along may not be allowed to look at it, and need not be.
*/}}
{{- define "mcp-gateway.refuseNamespaceDeletion" -}}
{{- $made := ternary (include "mcp-gateway.adapterNamespace" .) "" .Values.adapters.createNamespace -}}
{{- $worker := lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-deployment-worker" (include "mcp-gateway.fullname" .)) -}}
{{- with dig "metadata" "annotations" "mcp-gateway.io/made-namespace" "" (default dict $worker) -}}
{{- if ne . $made -}}
{{- $why := printf "With these values Helm would delete the namespace %s, which this release made, and all adapters in it." . -}}
{{- include "mcp-gateway.refuseDeletion" (list $ "v1" "Namespace" "" . $why) -}}
{{- end -}}
{{- end -}}
{{- end -}}
