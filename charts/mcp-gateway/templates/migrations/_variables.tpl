{{- define "mcp-gateway.migrationsVariables" -}}
{{- if .Values.database.url -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ include "mcp-gateway.fullname" . }}-migrations, key: DATABASE_URL }
{{- else -}}
{{- include "mcp-gateway.databaseVariable" . -}}
{{- end -}}
{{- end -}}
