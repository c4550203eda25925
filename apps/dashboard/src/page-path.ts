/** In which header the page's own path and query reach what renders it; whatever a browser sends in it is replaced. */
export const PATH_HEADER = 'x-page-path';
